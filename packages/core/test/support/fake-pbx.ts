import type { TransportFactory } from '../../src/net/transport.ts';
import { FakeTransport } from './fake-transport.ts';

/**
 * A PBX on a fake network: opens each connection, authenticates each agent and counts the connected
 * ones.
 */
export class FakePbx {
  readonly transports: FakeTransport[] = [];
  /** False: connections stay unopened. */
  answering = true;
  /** The reason for which an agent is refused, by idCrm. */
  readonly refused = new Map<string, string>();
  /** The most sessions that one agent ever had at once. */
  mostSessionsPerAgent = 0;
  readonly #sessions = new Map<string, FakeTransport[]>();
  readonly #seen = new Map<FakeTransport, number>();

  readonly connect: TransportFactory = (server, handlers) => {
    const transport = new FakeTransport(server, handlers);
    this.transports.push(transport);
    return transport;
  };

  get live(): FakeTransport[] {
    return this.transports.filter((transport) => !transport.ended);
  }

  /** Plays the server until nothing is left to answer. */
  settle(): void {
    if (!this.answering) return;
    for (let busy = true; busy;) {
      busy = false;
      for (const transport of this.live) {
        if (transport.state === 'opening') {
          transport.open();
          busy = true;
        }
        if (transport.state === 'closing') {
          transport.fail();
          busy = true;
        }
        for (let at = this.#seen.get(transport) ?? 0; at < transport.sent.length; at++) {
          this.#seen.set(transport, at + 1);
          this.#answer(transport, JSON.parse(transport.sent[at] ?? 'null'));
          busy = true;
        }
      }
    }
  }

  #answer(transport: FakeTransport, message: unknown): void {
    if (typeof message !== 'object' || message === null || !('type' in message)) return;
    if (message.type === 'authRequest' && 'idCrm' in message && typeof message.idCrm === 'string') {
      const reason = this.refused.get(message.idCrm);
      if (reason !== undefined) {
        transport.frame({ type: 'authFailed', reason });
        return;
      }
      const sessions = [...this.sessionsOf(message.idCrm), transport];
      this.#sessions.set(message.idCrm, sessions);
      this.mostSessionsPerAgent = Math.max(this.mostSessionsPerAgent, sessions.length);
      transport.frame({ type: 'authSucces', version: '1.1.0' });
    } else if (message.type === 'configuration') {
      transport.frame({
        type: 'configuration',
        account: { id: '15', data: '' },
        phone: { id: '27', data: '' },
        agent: { id: '321', data: '' },
      });
    } else if (message.type === 'version') transport.frame({ type: 'version', value: '1.1.0' });
  }

  /** Authenticated connections of the agent that are not ended. */
  sessionsOf(idCrm: string): FakeTransport[] {
    return (this.#sessions.get(idCrm) ?? []).filter((transport) => !transport.ended);
  }

  /** Rings the agent; false when it has no session. */
  call(idCrm: string, uniqueId: string, more: object = {}): boolean {
    const sessions = this.sessionsOf(idCrm);
    for (const session of sessions) {
      session.frame({
        type: 'incomingCall',
        phoneNumber: '0211234567',
        uniqueId,
        callCenter: 'yes',
        ...more,
      });
    }
    return sessions.length > 0;
  }

  /** Every connection lives. */
  pong(): void {
    for (const transport of this.live) transport.pong();
  }
}
