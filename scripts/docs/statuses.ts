import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { AccoladesError, ADVICE, type AccoladesErrorCode } from '@accolades-flow/core';
import { errorStatus } from '../../packages/node-red/src/runtime/node-status.ts';
import { createTexts } from '../../packages/node-red/src/runtime/texts.ts';
import { root } from '../paths.ts';
import { table } from './markdown.ts';
import { OWN, SHARED } from './status-explanations.ts';

const source = path.join(root, 'packages/node-red/src');
const texts = createTexts({ _: (key) => key });

/**
 * The page of all statuses.
 * @throws when a status of the locale files is not explained, or an explanation is of no status
 */
export async function statusPage(): Promise<string> {
  const shared = leavesOf(await catalogue('locales/en-US.json'), 'accolades.status.');
  const working = shared.filter(([key]) => !key.startsWith('reason.'));
  const reasons = shared.filter(([key]) => key.startsWith('reason.')).map(([, text]) => text);
  const own = await Promise.all(
    Object.entries(OWN).map(async ([type, explained]) => {
      const keys = leavesOf(await catalogue(`nodes/${type}/locales/en-US.json`), `${type}.status.`);
      return [`### ${type}`, table(HEAD, explain(keys, explained))];
    }),
  );
  return [
    '<!-- Written by `npm run docs` from the locale files and the advice texts of core. Change them there. -->',
    '# What each status means',
    'Node-RED shows a status under each node. n8n has none: there the log says the same in full, a failed execution shows it as the error, and ' +
      '_Agent Disconnected_ events have the code in `reason`. The codes and what to do are the same in both.',
    'Every connection heals by itself. It is tried again within 30 seconds, within a minute while the agent is logged out, and within five ' +
      'minutes after a wrong IP or an unknown refusal. A deployment or a publication tries at once.',
    '## When it works',
    table(HEAD, explain(working, SHARED)),
    'The last call is shown for five seconds: a blue dot with `↙ 0211234567` for one that came in, `↗ 0211234567` for one that went out.',
    ...own.flat(),
    '## When something is wrong',
    'In Node-RED these are red rings. “–” means that it is in the log, or in the error that a Catch node gets, only.',
    table(['status', 'code', 'what it means, and what to do'], troubles(reasons)),
    '## The log of n8n',
    table(
      ['line', 'what'],
      [
        ['`[Accolades] Agent “Front desk”: connected to Accolades.`', 'Calls arrive.'],
        [
          '`[Accolades] Agent “Front desk”: not connected yet. …`',
          'The first attempts failed, and why. It goes on.',
        ],
        [
          '`[Accolades] Agent “Front desk”: disconnected. …`',
          'It was connected, and is tried again. Calls meanwhile are not announced to this n8n.',
        ],
      ],
    ),
    '[All pages](../README.md)',
  ].join('\n\n');
}

const HEAD = ['status', 'what it means'];

type Leaf = readonly [key: string, text: string];

function explain(keys: readonly Leaf[], explanations: Readonly<Record<string, string>>): string[][] {
  const unknown = Object.keys(explanations).filter((key) => !keys.some(([known]) => known === key));
  if (unknown.length > 0) throw new Error(`There is no status ${unknown.join(', ')} any more.`);
  return keys.map(([key, text]) => {
    const explanation = explanations[key];
    if (explanation === undefined) throw new Error(`Explain the status ${key} in status-explanations.ts.`);
    return [shown(text), explanation];
  });
}

/** Every code that a person may meet, in the order of core. */
function troubles(reasons: readonly string[]): string[][] {
  const unspecific = errorStatus(new AccoladesError('SESSION_CLOSED'), texts).text;
  const rows = Object.keys(ADVICE)
    .filter((code): code is AccoladesErrorCode => code in ADVICE)
    .map((code) => {
      const status = errorStatus(new AccoladesError(code), texts).text;
      return [
        status === unspecific && code !== 'NOT_CONNECTED' ? '–' : shown(status),
        `\`${code}\``,
        ADVICE[code].replace('the browser connector', '[the browser connector](browser-connector.md)'),
      ];
    });
  const unused = reasons.filter((text) => !rows.some(([status]) => status === shown(text)));
  if (unused.length > 0) throw new Error(`No error has the status ${unused.join(', ')}.`);
  return rows;
}

function shown(text: string): string {
  return `\`${text.replace(/__(\w+?)__/g, (_, name: string) => EXAMPLES[name] ?? name)}\``;
}

const EXAMPLES: Readonly<Record<string, string>> = {
  connected: '3',
  total: '4',
  time: '14:05',
  status: '401',
};

async function catalogue(file: string): Promise<unknown> {
  return JSON.parse(await readFile(path.join(source, file), 'utf8'));
}

/** The texts below a prefix of keys, with the rest of their keys. */
function leavesOf(value: unknown, prefix: string): Leaf[] {
  const all = (node: unknown, key: string): Leaf[] =>
    typeof node === 'string'
      ? [[key, node]]
      : Object.entries(typeof node === 'object' && node !== null ? { ...node } : {}).flatMap(
          ([name, inner]) => all(inner, key === '' ? name : `${key}.${name}`),
        );
  return all(value, '').flatMap(([key, text]) =>
    key.startsWith(prefix) ? [[key.slice(prefix.length), text] as const] : [],
  );
}
