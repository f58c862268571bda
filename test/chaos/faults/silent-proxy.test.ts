import { AccoladesError, reasonsOf } from '@accolades-flow/core';
import { accountClient } from '@accolades-flow/core/node';
import { expect } from 'chai';
import { FaultBench } from '../support/fault-bench.ts';
import { say, seconds } from '../support/report.ts';
import { until } from '../support/until.ts';

/** The time limit of a command in these tests, in milliseconds. */
const COMMAND_MS = 500;
const PROXY_VARIABLES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'];

describe('An HTTP proxy that accepts and says nothing', () => {
  const bench = FaultBench.use();
  const saved = new Map(PROXY_VARIABLES.map((name) => [name, process.env[name]]));

  beforeEach(() => {
    bench.proxy.plan = () => ({ mute: true });
    for (const name of PROXY_VARIABLES) Reflect.deleteProperty(process.env, name);
    process.env['http_proxy'] = `http://127.0.0.1:${bench.proxy.port}`;
    process.env['https_proxy'] = process.env['http_proxy'];
  });

  afterEach(() => {
    for (const [name, value] of saved) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });

  for (const scheme of ['ws', 'wss']) {
    it(`a session (${scheme}:): every attempt ends in time and leaves no socket behind`, async () => {
      const agent = bench.subscribe(`${scheme}://pbx.example:14327`);
      const connecting = await agent.next('connecting');
      const waiting = await agent.next('waiting');
      say(agent.path());
      expect(waiting.reason).to.equal('CONNECT_TIMEOUT');
      const [stalled] = reasonsOf(agent.subscription.status);
      expect(stalled?.reason.what).to.equal(`The proxy 127.0.0.1:${bench.proxy.port} does not answer.`);
      say(`detected after ${seconds(waiting.at - connecting.at)} (at most ${seconds(15_000)})`);
      bench.expectWithin(waiting.at - connecting.at, { atLeast: 15_000, atMost: 15_000 });
      await until('three attempts have been made', () => bench.proxy.accepted >= 3);
      say(`${bench.proxy.heldByClients} connections open after ${bench.proxy.accepted} attempts`);
      expect(bench.proxy.heldByClients).to.be.at.most(1);
      agent.subscription.unsubscribe({ removed: true });
      await until('the last one is given up', () => bench.proxy.heldByClients === 0);
    });
  }

  for (const scheme of ['http', 'https']) {
    for (const command of ['ping', 'dial'] as const) {
      it(`a ${command} (${scheme}:): fails at its deadline, was not sent, and leaves no socket behind`, async () => {
        const account = { accountNumber: '123456', password: 'not-a-secret', url: `${scheme}://pbx.example` };
        const client = accountClient(account, { timeoutMs: COMMAND_MS });
        const askedAt = performance.now();
        const failure = await (
          command === 'ping' ? client.ping() : client.dial({ deviceId: '27', phoneNumber: '0211234567' })
        ).then(
          () => null,
          (error: unknown) => error,
        );
        const tookMs = performance.now() - askedAt;
        say(`failed after ${Math.round(tookMs)} ms (at most ${COMMAND_MS})`);
        // Nothing passed the proxy, so a dial may be retried.
        expect(failure)
          .to.be.instanceOf(AccoladesError)
          .and.to.include({ code: 'CONNECT_TIMEOUT', retryable: true })
          .with.property('what')
          .that.contains(`The proxy 127.0.0.1:${bench.proxy.port} does not answer.`);
        expect(tookMs).to.be.within(COMMAND_MS - 10, COMMAND_MS + 1_000);
        expect(bench.proxy.accepted).to.equal(1);
        await until('the connection is given up', () => bench.proxy.heldByClients === 0);
      });
    }
  }
});
