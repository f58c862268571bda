import {
  AccoladesError,
  answerPending,
  confirmHangupReply,
  ivrReply,
  readHangupDecision,
  screenPopReply,
  type HttpAnswer,
} from '@accolades-flow/core';
import { processPendingReplies } from '@accolades-flow/core/node';
import type { Node, NodeAPI, NodeDef, NodeMessage } from '@node-red/registry';
import { migrate, type Settings } from '../../migrations/migrate.ts';
import { failureOf } from '../../runtime/failure.ts';
import { errorStatus } from '../../runtime/node-status.ts';
import { openRequests } from '../../runtime/open-requests.ts';
import { createTexts, type Texts } from '../../runtime/texts.ts';
import { typedSetting, typedValue } from '../../runtime/typed-value.ts';
import english from './locales/en-US.json' with { type: 'json' };
import { replyMigrations } from './migrations.ts';
import { readVariableRows } from './variable-rows.ts';

/**
 * The node `accolades-reply`: answers an IVR request, extends or ends a call that reached its
 * maximum duration, or makes the browser connector open a page.
 */
export default function registerReply(RED: NodeAPI): void {
  const texts = createTexts(RED, english);

  function Reply(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const work = new ReplyWork(this, texts, RED.util, migrate({ ...config }, replyMigrations));
    let ended = false;
    this.on('input', (message, _send, done) => {
      work.handle(message).then(
        () => {
          if (!ended) {
            this.status({ fill: 'green', shape: 'dot', text: texts('accolades-reply.status.answered') });
          }
          done();
        },
        (error: unknown) => {
          if (!ended) this.status(errorStatus(error, texts));
          done(failureOf(error, texts));
        },
      );
    });
    this.on('close', (done: () => void) => {
      ended = true;
      this.status({});
      done();
    });
  }

  RED.nodes.registerType('accolades-reply', Reply);
}

/** The settings that are typed inputs. */
type ValueName = 'variables' | 'decision' | 'seconds' | 'popUrl' | 'popTitle';

/** Builds the answer and sends it. */
class ReplyWork {
  readonly #node: Node;
  readonly #texts: Texts;
  readonly #util: NodeAPI['util'];
  readonly #settings: Settings;

  constructor(node: Node, texts: Texts, util: NodeAPI['util'], settings: Settings) {
    this.#node = node;
    this.#texts = texts;
    this.#util = util;
    this.#settings = settings;
  }

  /**
   * @throws AccoladesError `INVALID_REPLY`, `INVALID_PARAMETER`, `REPLY_TOO_LATE`,
   * `REPLY_ALREADY_SENT` or `REPLY_UNKNOWN`
   */
  async handle(message: NodeMessage): Promise<void> {
    const token = replyTokenOf(message);
    const { reply } = this.#settings;
    const replies = processPendingReplies();
    if (reply === 'ivr') answerPending(token, reply, await this.#variables(message), replies);
    else if (reply === 'confirmHangup')
      answerPending(token, reply, await this.#decision(message, token), replies);
    else if (reply === 'screenPop') answerPending(token, reply, await this.#page(message), replies);
    else {
      throw new AccoladesError('INVALID_PARAMETER', { what: this.#texts('accolades-reply.error.reply') });
    }
  }

  async #variables(message: NodeMessage): Promise<HttpAnswer> {
    const { variablesFrom, variableList } = this.#settings;
    if (variablesFrom !== 'list') return ivrReply(await this.#valueOf('variables', message));
    const rows = readVariableRows(variableList);
    const values = await Promise.all(
      rows.map(async ({ name, value, type }) => ({
        name,
        value: await typedValue(this.#util, { value, type }, this.#node, message),
      })),
    );
    return ivrReply(values);
  }

  async #decision(message: NodeMessage, token: unknown): Promise<HttpAnswer> {
    const { decisionType } = this.#settings;
    const fixed = decisionType === 'drop' || decisionType === 'extend';
    const decision = fixed ? decisionType : await this.#valueOf('decision', message);
    const seconds = decision === 'extend' ? await this.#valueOf('seconds', message) : undefined;
    const format = typeof token === 'string' ? openRequests.get(token) : undefined;
    return confirmHangupReply(readHangupDecision(decision, seconds), format);
  }

  async #page(message: NodeMessage): Promise<HttpAnswer> {
    const url = await this.#valueOf('popUrl', message);
    return screenPopReply(url, await this.#valueOf('popTitle', message));
  }

  #valueOf(name: ValueName, message: NodeMessage): Promise<unknown> {
    return typedSetting(this.#util, this.#settings, name, this.#node, message);
  }
}

/** The payload's token while the payload is still the request; else the token beside it. */
function replyTokenOf(message: NodeMessage): unknown {
  return tokenIn(message.payload) ?? tokenIn(Reflect.get(message, 'accolades'));
}

function tokenIn(holder: unknown): string | undefined {
  const token: unknown =
    typeof holder === 'object' && holder !== null ? Reflect.get(holder, 'replyToken') : undefined;
  return typeof token === 'string' && token !== '' ? token : undefined;
}
