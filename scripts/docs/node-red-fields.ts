import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../paths.ts';
import { FIELDS, type FieldExplanation } from './field-explanations.ts';
import { fromHtml, table } from './markdown.ts';

const nodes = path.join(root, 'packages/node-red/src/nodes');

type Texts = Readonly<Record<string, unknown>>;

/**
 * The text of the node's help sidebar, its headings one level up, since a page has but this one
 * text.
 */
export async function helpOf(type: string): Promise<string> {
  const markdown = await readFile(path.join(nodes, type, 'help/en-US.md'), 'utf8');
  return markdown.replace(/^###/gm, '##').trim();
}

/**
 * The fields of the node's dialog, with their hints or what the documentation says instead.
 * @throws when a field is not explained, two have one name, or an explanation is of no field
 */
export async function fieldsOf(type: string): Promise<string> {
  const catalogue: unknown = JSON.parse(await readFile(path.join(nodes, type, 'locales/en-US.json'), 'utf8'));
  const { label, hint, section } = textsOf(textsOf(catalogue)[type]);
  const [labels, hints, sections] = [textsOf(label), textsOf(hint), textsOf(section)];
  const explanations = FIELDS[type] ?? {};
  const gone = Object.keys(explanations).filter((name) => !(name in labels));
  if (gone.length > 0) throw new Error(`${type} has no field ${gone.join(', ')} any more.`);
  const rows = Object.entries(labels).flatMap(([name, text]) => {
    const explanation = explanations[name];
    if (explanation === null || typeof text !== 'string') return [];
    return [{ name, title: titleOf(text, explanation, sections), what: whatOf(hints[name], explanation) }];
  });
  for (const { name, title, what } of rows) {
    if (what === '') throw new Error(`Explain ${name} of ${type} in field-explanations.ts.`);
    if (rows.filter((other) => other.title === title).length > 1)
      throw new Error(`${type} has two fields “${title}”: give them a section in field-explanations.ts.`);
  }
  return table(
    ['field', 'what'],
    rows.map(({ name, title, what }) => [`**${title}** \`${name}\``, what]),
  );
}

function titleOf(label: string, explanation: FieldExplanation | undefined, sections: Texts): string {
  const section = explanation?.section === undefined ? undefined : sections[explanation.section];
  return typeof section === 'string' ? `${section} → ${fromHtml(label)}` : fromHtml(label);
}

function whatOf(hint: unknown, explanation: FieldExplanation | undefined): string {
  return explanation?.what ?? (typeof hint === 'string' ? fromHtml(hint) : '');
}

function textsOf(value: unknown): Texts {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
