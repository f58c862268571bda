import {
  AccoladesError,
  parseCountry,
  readNumberFormat,
  type DialResult,
  type PingResult,
} from '@accolades-flow/core';
import type { Node, NodeAPI, NodeDef, NodeMessage } from '@node-red/registry';
import { migrate, type Settings } from '../../migrations/migrate.ts';
import { answerMessages, type Answering } from '../../runtime/answer-messages.ts';
import { configNode } from '../../runtime/config-node.ts';
import { environmentOf, settingReader } from '../../runtime/environment.ts';
import { failureOf } from '../../runtime/failure.ts';
import { invalidParameter } from '../../runtime/invalid-parameter.ts';
import { errorStatus, shorten, type NodeStatus } from '../../runtime/node-status.ts';
import { createTexts, errorCodeOf, type Texts } from '../../runtime/texts.ts';
import { startTimer } from '../../runtime/timer.ts';
import { typedSetting } from '../../runtime/typed-value.ts';
import { isAccountNode, type AccountNode } from '../accolades-account/account-node.ts';
import { commandMigrations } from './migrations.ts';
import english from './locales/en-US.json' with { type: 'json' };

/** The node `accolades-command`: click-to-call and ping over the REST API of an account. */
export default function registerCommand(RED: NodeAPI): void {
  const texts = createTexts(RED, english);

  function Command(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const settings = migrate({ ...config }, commandMigrations);
    const account = configNode(RED.nodes, settings['account'], isAccountNode);
    answerMessages(this, new CommandWork(this, texts, RED.util, settings, account));
  }

  RED.nodes.registerType('accolades-command', Command);
}

/** The work of a command node while it is deployed. Sends each command once, without retries. */
class CommandWork implements Answering {
  readonly #node: Node;
  readonly #texts: Texts;
  readonly #util: NodeAPI['util'];
  readonly #settings: Settings;
  readonly #account: AccountNode | null;
  #stopTimer: () => void = () => undefined;
  #ended = false;

  constructor(
    node: Node,
    texts: Texts,
    util: NodeAPI['util'],
    settings: Settings,
    account: AccountNode | null,
  ) {
    this.#node = node;
    this.#texts = texts;
    this.#util = util;
    this.#settings = settings;
    this.#account = account;
  }

  /** Shows invalid settings in the status. */
  begin(): void {
    try {
      this.#accountNode().client();
      if (this.#command() === 'dial') {
        readNumberFormat(this.#settings['numberFormat']);
        parseCountry(this.#country());
      }
      this.#show({});
    } catch (error) {
      this.#show(errorStatus(error, this.#texts));
    }
  }

  /** @throws AccoladesError */
  async handle(message: NodeMessage): Promise<NodeMessage> {
    const client = this.#accountNode().client();
    const command = this.#command();
    let payload: DialResult | PingResult;
    if (command === 'ping') {
      this.#sending();
      payload = await client.ping();
      this.#show({ fill: 'green', shape: 'dot', text: this.#texts('accolades-command.status.answered') });
    } else {
      const { numberFormat } = this.#settings;
      const country = this.#country();
      const [deviceId, phoneNumber] = [
        await typedSetting(this.#util, this.#settings, 'deviceId', this.#node, message),
        await typedSetting(this.#util, this.#settings, 'phoneNumber', this.#node, message),
      ];
      this.#sending();
      payload = await client.dial({ deviceId, phoneNumber, numberFormat, country });
      this.#show({ fill: 'green', shape: 'dot', text: shorten(`↗ ${payload.phoneNumber}`) });
    }
    return Object.assign(message, { topic: command, payload });
  }

  /** Shows the reason in the status, and returns the error for Catch nodes. */
  failed(error: unknown): Error {
    const failure = failureOf(error, this.#texts);
    if (this.#ended) return failure;
    const pauseMs = retryAfterMsOf(error);
    if (pauseMs === null) {
      this.#show(errorStatus(error, this.#texts));
      return failure;
    }
    const until = new Date(Date.now() + pauseMs);
    const time = `${two(until.getHours())}:${two(until.getMinutes())}`;
    const key = errorCodeOf(error) === 'COOLING_DOWN' ? 'paused' : 'refused';
    this.#show({
      fill: 'red',
      shape: 'ring',
      text: this.#texts(`accolades-command.status.${key}`, { time }),
    });
    this.#stopTimer = startTimer(pauseMs, () => {
      this.#show({});
    });
    return failure;
  }

  /** A command in progress continues, because it was already sent. Idempotent, never throws. */
  end(): void {
    if (this.#ended) return;
    this.#stopTimer();
    this.#ended = true;
    this.#node.status({});
  }

  #accountNode(): AccountNode {
    if (this.#account !== null) return this.#account;
    throw invalidParameter(this.#texts('accolades-command.error.noAccount'));
  }

  #country(): string {
    return settingReader(this.#settings, environmentOf(this.#util, this.#node))('country');
  }

  #command(): 'dial' | 'ping' {
    const { command } = this.#settings;
    if (command === 'dial' || command === 'ping') return command;
    throw invalidParameter(this.#texts('accolades-command.error.command'));
  }

  #sending(): void {
    this.#show({ fill: 'blue', shape: 'ring', text: this.#texts('accolades-command.status.sending') });
  }

  #show(status: NodeStatus): void {
    if (this.#ended) return;
    this.#stopTimer();
    this.#stopTimer = () => undefined;
    this.#node.status(status);
  }
}

function retryAfterMsOf(error: unknown): number | null {
  return error instanceof AccoladesError ? error.retryAfterMs : null;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
