import type { INodeProperties } from 'n8n-workflow';
import { fromHtml, table } from './markdown.ts';
import type { Counterpart } from './node-pages.ts';

/**
 * The parameters of a node (or the fields of a credential) as n8n shows them: notices first, then a
 * table.
 */
export function parametersOf({ title, properties, resource }: Counterpart): string {
  const shown = properties.filter((property) => isShown(property, resource));
  const notices = shown.filter(({ type }) => type === 'notice').map((notice) => noticeOf(notice));
  const rows = shown.filter(({ type }) => type !== 'notice').flatMap((property) => rowsOf(property, ''));
  return [`### ${title}`, ...notices, table(['parameter', 'default', 'what'], rows)].join('\n\n');
}

/** The resource itself is named by the heading. */
function isShown({ name, displayOptions }: INodeProperties, resource: string | undefined): boolean {
  if (resource === undefined) return true;
  if (name === 'resource') return false;
  const resources = displayOptions?.show?.['resource'];
  return resources === undefined || resources.includes(resource);
}

function noticeOf({ displayName, displayOptions }: INodeProperties): string {
  const { show = {} } = displayOptions ?? {};
  const conditions = Object.entries(show).filter(([name]) => name !== 'resource' && name !== 'operation');
  const when = conditions.map(
    ([name, values]) => ` _(with \`${name.replace(/^\/?(options\.)?/, '')}\`: ${list(values)})_`,
  );
  return `> ${fromHtml(displayName)}${when.join('')}`;
}

function rowsOf(property: INodeProperties, parent: string): string[][] {
  const name = `${parent}${property.displayName}`;
  const inner = (property.options ?? []).flatMap((option) => {
    if ('type' in option) return rowsOf(option, `${name} → `);
    if ('values' in option) return option.values.flatMap((value) => rowsOf(value, `${name} → `));
    return [];
  });
  if (property.type === 'collection') return inner;
  return [[`**${name}** \`${property.name}\``, defaultOf(property), whatOf(property)], ...inner];
}

function defaultOf({ type, default: value, options = [] }: INodeProperties): string {
  if (type === 'fixedCollection' || value === undefined || value === null || value === '') return '';
  const named = (one: unknown): string => {
    const option = options.find((candidate) => 'value' in candidate && candidate.value === one);
    return option !== undefined && 'name' in option ? option.name : `\`${String(one)}\``;
  };
  if (Array.isArray(value)) return value.map(named).join(', ');
  if (typeof value === 'object') return '';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return named(value);
}

function whatOf({
  default: value,
  description,
  hint,
  options = [],
  placeholder,
  type,
  displayOptions,
}: INodeProperties): string {
  const choices = options.flatMap((option) =>
    'value' in option
      ? [`_${option.name}_${option.description === undefined ? '' : ` (${fromHtml(option.description)})`}`]
      : [],
  );
  const { show = {} } = displayOptions ?? {};
  const conditions = Object.entries(show)
    .filter(([name]) => name !== 'resource')
    .map(([name, values]) => `with \`${name}\`: ${list(values)}`);
  const texts = [
    description === undefined ? '' : sentence(fromHtml(description)),
    hint === undefined ? '' : sentence(fromHtml(hint)),
    choices.length === 0 ? '' : sentence(choices.join('; ')),
    type === 'string' && placeholder !== undefined && placeholder !== value && placeholder !== ''
      ? `Such as \`${placeholder.replace(/^e\.g\. /, '')}\`.`
      : '',
    conditions.length === 0 ? '' : `Shown ${conditions.join(', ')}.`,
  ];
  return texts.filter((text) => text !== '').join(' ');
}

function list(values: unknown): string {
  return Array.isArray(values) ? values.map(choice).join(', ') : '';
}

/** A value of another parameter, or n8n's condition for it. */
function choice(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `\`${String(value)}\``;
  const start =
    '_cnd' in value ? Object.entries(value._cnd ?? {}).find(([name]) => name === 'startsWith') : undefined;
  if (start === undefined) throw new Error(`There are no words for the condition ${JSON.stringify(value)}.`);
  return `beginning with \`${String(start[1])}\``;
}

function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}
