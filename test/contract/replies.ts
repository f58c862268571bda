/** Replies from a flow, with the answer that both hosts must send to Accolades. */
export interface ReplyCase {
  readonly name: string;
  readonly reply:
    | { readonly kind: 'ivr'; readonly variables: unknown }
    | { readonly kind: 'confirmHangup'; readonly decision: unknown; readonly seconds?: unknown };
  /** How the endpoint writes decisions; omitted: the default. */
  readonly hangupFormat?: {
    readonly format: 'json' | 'form' | 'template';
    readonly decisionField?: string;
    readonly dropValue?: string;
    readonly extendValue?: string;
    readonly secondsField?: string;
    readonly template?: string;
    readonly contentType?: string;
  };
  /** The answer; null: the reply is refused with `INVALID_REPLY` and the request keeps waiting. */
  readonly answer: { readonly contentType: string; readonly body: string } | null;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const FORM_TYPE = 'application/x-www-form-urlencoded';

const ivr = (name: string, variables: unknown, body: string | null): ReplyCase => ({
  name,
  reply: { kind: 'ivr', variables },
  answer: body === null ? null : { contentType: JSON_TYPE, body },
});

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `v${index}`);
const variables = (count: number): Record<string, string> =>
  Object.fromEntries(names(count).map((name) => [name, 'x']));

const decide = (
  name: string,
  decision: unknown,
  seconds: unknown,
  answer: ReplyCase['answer'],
  hangupFormat?: ReplyCase['hangupFormat'],
): ReplyCase => ({
  name,
  reply: { kind: 'confirmHangup', decision, seconds },
  answer,
  ...(hangupFormat === undefined ? {} : { hangupFormat }),
});

const FORM = { format: 'form', decisionField: 'do', secondsField: 'sec', extendValue: 'go on' } as const;
const TEMPLATE = {
  format: 'template',
  template: '<call do="{decision}" for="{seconds}"/>',
  contentType: 'text/xml',
} as const;

export const REPLY_CASES: readonly ReplyCase[] = [
  ivr('one variable', { status: 'shipped' }, '{"status":"shipped"}'),
  ivr('no variable', {}, '{}'),
  ivr('values that are no text', { days: 2, paid: true, none: null }, '{"days":"2","paid":"true","none":""}'),
  ivr('letters of many scripts', { say: 'Bună ziua, 字' }, '{"say":"Bună ziua, 字"}'),
  ivr('ten variables', variables(10), JSON.stringify(variables(10))),
  ivr('eleven variables', variables(11), null),
  ivr('a name with a space', { 'order status': 'x' }, null),
  ivr('a name with an accent', { stâre: 'x' }, null),
  ivr('a list in a variable', { items: [1, 2] }, null),
  decide('dropped', 'drop', undefined, { contentType: JSON_TYPE, body: '{"action":"drop"}' }),
  decide('extended', 'extend', 120, { contentType: JSON_TYPE, body: '{"action":"extend","duration":120}' }),
  decide('extended by no time', 'extend', 0, null),
  decide('extended by half a second', 'extend', 0.5, null),
  decide('extended by more than a day', 'extend', 86_401, null),
  decide('neither', 'perhaps', 60, null),
  decide('extended, as a form', 'extend', 60, { contentType: FORM_TYPE, body: 'do=go+on&sec=60' }, FORM),
  decide('dropped, as a form', 'drop', undefined, { contentType: FORM_TYPE, body: 'do=drop' }, FORM),
  decide(
    'extended, by a template',
    'extend',
    60,
    { contentType: 'text/xml', body: '<call do="extend" for="60"/>' },
    TEMPLATE,
  ),
];
