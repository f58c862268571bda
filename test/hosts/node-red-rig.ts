import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { waitUntil } from '../../hosts/deadline.ts';
import { isObject, objectFrom, type JsonObject } from '../../hosts/guards.ts';
import { NodeRedClient } from '../../hosts/node-red/client.ts';
import { startNodeRed, type FlowNode, type NodeRedHost } from '../../hosts/node-red/launch.ts';
import { expectNoSecret, expectNoSecretInFiles } from './secrets.ts';
import { tarball } from './tarballs.ts';

/** A real Node-RED with the packed palette and a connected editor. */
export class NodeRedRig {
  readonly host: NodeRedHost;
  readonly client: NodeRedClient;

  static async start(env: Record<string, string> = {}): Promise<NodeRedRig> {
    const userDir = await mkdtemp(path.join(tmpdir(), 'accolades-node-red-'));
    const host = await startNodeRed({ userDir, packages: [await tarball('node-red')], env });
    try {
      return new NodeRedRig(host, await NodeRedClient.connect(host.url));
    } catch (error) {
      await host.stop();
      throw error;
    }
  }

  private constructor(host: NodeRedHost, client: NodeRedClient) {
    this.host = host;
    this.client = client;
  }

  /** Deploys all flows and forgets earlier messages. */
  async deploy(flows: readonly FlowNode[]): Promise<void> {
    this.client.debugMessages.length = 0;
    // Equal flows have the same revision, so forget its notification.
    this.client.notifications.length = 0;
    const revision = await this.client.deploy([...flows]);
    // Node-RED answers before the new flows have started; it notifies its editors afterwards.
    await waitUntil(
      'the flows to start',
      () =>
        this.client.notifications.some(
          ({ topic, data }) =>
            topic === 'notification/runtime-deploy' && isObject(data) && data['revision'] === revision,
        ),
      { deadlineMs: 20_000, everyMs: 5 },
    );
  }

  /** The values that the debug node of this name has shown. */
  messagesOf(name: string): unknown[] {
    return this.client.debugMessages
      .filter((message) => message.name === name)
      .map((message) => message.value);
  }

  /** Waits until this many messages have reached the debug node of this name. */
  async waitForMessages(name: string, count: number, deadlineMs = 10_000): Promise<JsonObject[]> {
    const messages = await waitUntil(
      `${count} messages of ${name}`,
      () => this.messagesOf(name).length >= count && this.messagesOf(name),
      {
        deadlineMs,
        everyMs: 10,
        details: () => `${this.messagesOf(name).length} came. The log:\n${this.host.output().slice(-1_500)}`,
      },
    );
    return messages.map((message) => objectFrom(message, `a message of ${name}`));
  }

  /** Waits for a debug node's next message while `act` runs. */
  async next(name: string, act: () => Promise<unknown>): Promise<JsonObject> {
    const before = this.messagesOf(name).length;
    await act();
    const [message] = (await this.waitForMessages(name, before + 1)).slice(before);
    if (message === undefined) throw new Error(`No message of ${name}`);
    return message;
  }

  /**
   * Fails when a log, status, message, exported flow or file (except the credentials file) holds a
   * secret.
   */
  async expectNoSecret(secrets: readonly string[]): Promise<void> {
    expectNoSecret('the output', this.host.output(), secrets);
    expectNoSecret('statuses', JSON.stringify(this.client.statusChanges), secrets);
    expectNoSecret('debug messages', JSON.stringify(this.client.debugMessages), secrets);
    expectNoSecret('exported flows', JSON.stringify(await this.client.getFlows()), secrets);
    await expectNoSecretInFiles(this.host.userDir, secrets, (file) => file.includes('flows_cred'));
  }

  async stop(): Promise<void> {
    this.client.close();
    await this.host.stop();
    await rm(this.host.userDir, { recursive: true, force: true });
  }
}

/** The payload of a message. */
export function payloadOf(message: unknown): JsonObject {
  return objectFrom(isObject(message) ? message['payload'] : undefined, 'the payload');
}

/** The error that a Catch node adds to a message. */
export function errorOf(message: unknown): JsonObject {
  return objectFrom(isObject(message) ? message['error'] : undefined, 'the error');
}
