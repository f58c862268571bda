import { AccoladesError } from '../errors.ts';
import { jsonAnswer, type HttpAnswer } from './reply.ts';

/** The decision about a call that has reached its maximum duration. */
export type HangupDecision =
  | { readonly decision: 'drop' }
  /**
   * The new duration limit, in seconds. Whether it counts from now or from the start of the call is
   * not published.
   */
  | { readonly decision: 'extend'; readonly seconds: number };

/**
 * The format of a {@link HangupDecision}. Accolades does not publish it; the default is only a
 * readable form. Set it as the vendor specifies.
 */
export interface HangupReplyFormat {
  /** @default json */
  readonly format?: 'json' | 'form' | 'template';
  /** @default action */
  readonly decisionField?: string;
  /** @default drop */
  readonly dropValue?: string;
  /** @default extend */
  readonly extendValue?: string;
  /** Omitted when the call is dropped. @default duration */
  readonly secondsField?: string;
  /**
   * The whole body of format `template`. `{decision}` and `{seconds}` are replaced; `{seconds}` is
   * 0 when the call is dropped.
   */
  readonly template?: string;
  /** Of format `template`. @default text/plain; charset=utf-8 */
  readonly contentType?: string;
}

const TEXT_FIELDS = [
  'decisionField',
  'dropValue',
  'extendValue',
  'secondsField',
  'template',
  'contentType',
] as const;

/**
 * Reads the format from the settings of a node. Missing texts have their defaults; a missing
 * template is `{decision}`. {@link confirmHangupReply} checks the texts.
 *
 * @throws AccoladesError `INVALID_PARAMETER` for an unknown `format`
 */
export function readHangupFormat(values: Readonly<Record<string, unknown>>): HangupReplyFormat {
  const format = (['json', 'form', 'template'] as const).find((known) => known === values['format']);
  if (format === undefined && values['format'] !== undefined) {
    throw new AccoladesError('INVALID_PARAMETER', {
      what: 'The format of the answer to a hang-up confirmation must be “json”, “form” or “template”.',
    });
  }
  const texts = TEXT_FIELDS.flatMap((name) => {
    const value = values[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return {
    ...(format === undefined ? {} : { format }),
    ...(format === 'template' ? { template: '{decision}' } : {}),
    ...Object.fromEntries(texts),
  };
}

/** Our own limit, in seconds: one day. */
const MAX_EXTENSION_S = 86_400;

/**
 * Reads a decision from a flow or from settings.
 * @throws AccoladesError `INVALID_REPLY`
 */
export function readHangupDecision(decision: unknown, seconds?: unknown): HangupDecision {
  if (decision === 'drop') return { decision };
  if (decision !== 'extend') throw invalid('The decision must be “drop” or “extend”.');
  const number = typeof seconds === 'string' && seconds.trim() !== '' ? Number(seconds) : seconds;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 1 || number > MAX_EXTENSION_S) {
    throw invalid(`To extend the call, give whole seconds from 1 to ${MAX_EXTENSION_S}.`);
  }
  return { decision, seconds: number };
}

/**
 * Returns the answer to a `confirmHangup` notification.
 * @throws AccoladesError `INVALID_REPLY` when the decision or the format is not valid
 */
export function confirmHangupReply(
  decision: HangupDecision,
  replyFormat: HangupReplyFormat = {},
): HttpAnswer {
  const checked = readHangupDecision(
    decision.decision,
    decision.decision === 'extend' ? decision.seconds : undefined,
  );
  const seconds = checked.decision === 'extend' ? checked.seconds : 0;
  const word =
    checked.decision === 'extend'
      ? given(replyFormat.extendValue, 'extend')
      : given(replyFormat.dropValue, 'drop');
  const format = replyFormat.format ?? 'json';
  if (format === 'template') {
    const template = replyFormat.template ?? '';
    if (template.trim() === '') throw invalid('The template of the answer is empty.');
    return {
      status: 200,
      headers: { 'content-type': contentTypeOf(replyFormat.contentType) },
      body: template.replaceAll('{decision}', () => word).replaceAll('{seconds}', String(seconds)),
    };
  }
  const decisionField = given(replyFormat.decisionField, 'action');
  const secondsField = given(replyFormat.secondsField, 'duration');
  if (decisionField === secondsField) throw invalid('The two fields of the answer have the same name.');
  const fields = new Map<string, string | number>([[decisionField, word]]);
  if (checked.decision === 'extend') fields.set(secondsField, seconds);
  if (format === 'json') return jsonAnswer(Object.fromEntries(fields));
  return {
    status: 200,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(
      [...fields].map(([name, value]): [string, string] => [name, String(value)]),
    ).toString(),
  };
}

function given(text: string | undefined, fallback: string): string {
  const typed = text?.trim() ?? '';
  return typed === '' ? fallback : typed;
}

function contentTypeOf(text: string | undefined): string {
  const typed = given(text, 'text/plain; charset=utf-8');
  // Other characters could inject another header.
  if (!/^[\x20-\x7e]{1,200}$/.test(typed)) throw invalid('The content type of the answer is not valid.');
  return typed;
}

function invalid(what: string): AccoladesError {
  return new AccoladesError('INVALID_REPLY', { what });
}
