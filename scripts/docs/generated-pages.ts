import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { root } from '../paths.ts';
import { parametersOf } from './n8n-parameters.ts';
import { NODE_PAGES, type NodePage } from './node-pages.ts';
import { fieldsOf, helpOf } from './node-red-fields.ts';
import { statusPage } from './statuses.ts';

/** Every generated page, by its path in the repository, formatted. */
export async function generatedPages(): Promise<Map<string, string>> {
  const pages = new Map<string, string>();
  for (const page of NODE_PAGES) pages.set(`docs/nodes/${page.type}.md`, await nodePage(page));
  pages.set('docs/guides/what-each-status-means.md', await statusPage());
  for (const [file, text] of pages) pages.set(file, await formatted(file, text));
  return pages;
}

async function nodePage({ type, title, n8n }: NodePage): Promise<string> {
  return [
    `<!-- Written by \`npm run docs\` from packages/node-red/src/nodes/${type} and the n8n nodes. Change it there. -->`,
    `# ${title}`,
    `Node-RED: **${type}**. n8n: ${n8n.map((counterpart) => `**${counterpart.title}**`).join(', ')}.`,
    await helpOf(type),
    '## The dialog in Node-RED',
    await fieldsOf(type),
    '## In n8n',
    ...n8n.map(parametersOf),
    '[All pages](../README.md)',
  ].join('\n\n');
}

async function formatted(file: string, text: string): Promise<string> {
  const options = await resolveConfig(path.join(root, file));
  return format(text, { ...options, filepath: file });
}
