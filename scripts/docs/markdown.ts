/** Converts the few HTML tags of hints and descriptions to Markdown. */
export function fromHtml(html: string): string {
  return html
    .replace(/<code>(.*?)<\/code>/gs, (_, code: string) => `\`${unescaped(code)}\``)
    .replace(/<b>(.*?)<\/b>/gs, '**$1**')
    .replace(/<a [^>]*>(.*?)<\/a>/gs, '$1')
    .replace(/(?:<br ?\/?>\s*)+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** A table; nothing when it would have no row. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replace(/\s+/g, ' ').replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function unescaped(html: string): string {
  return html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
