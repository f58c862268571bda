import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../paths.ts';
import { fromHtml, table } from './markdown.ts';

const nodes = path.join(root, 'packages/node-red/src/nodes');

type Texts = Readonly<Record<string, unknown>>;

/** The text of the node's help sidebar, its headings one level up, since a page has but this one text. */
export async function helpOf(type: string): Promise<string> {
  const markdown = await readFile(path.join(nodes, type, 'help/en-US.md'), 'utf8');
  return markdown.replace(/^###/gm, '##').trim();
}

/** The fields of the node's dialog with their hints. */
export async function fieldsOf(type: string): Promise<string> {
  const catalogue: unknown = JSON.parse(await readFile(path.join(nodes, type, 'locales/en-US.json'), 'utf8'));
  const { label, hint } = textsOf(textsOf(catalogue)[type]);
  const hints = textsOf(hint);
  const rows = Object.entries(textsOf(label)).flatMap(([name, text]) =>
    typeof text === 'string' ? [[`**${fromHtml(text)}** \`${name}\``, hintOf(hints[name])]] : [],
  );
  return table(['field', 'what'], rows);
}

function hintOf(hint: unknown): string {
  return typeof hint === 'string' ? fromHtml(hint) : '';
}

function textsOf(value: unknown): Texts {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
