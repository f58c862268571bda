import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { none, type Finding } from './finding.ts';
import type { PackedPackage } from './packed-package.ts';

/** Relative links in a tarball's Markdown must lead to files in it. */
export async function checkLinks({ content, paths }: PackedPackage): Promise<Finding[]> {
  const dead: string[] = [];
  for (const file of paths.filter((name) => name.endsWith('.md'))) {
    const markdown = await readFile(path.join(content, file), 'utf8');
    for (const link of relativeLinks(markdown)) {
      const target = path.posix.normalize(path.posix.join(path.posix.dirname(file), link));
      if (!paths.includes(target)) dead.push(`${link} in ${file}`);
    }
  }
  return [none('has no dead link in its Markdown files', dead)];
}

/**
 * The files that links and images of a Markdown text lead to, without addresses and jumps within
 * the text.
 */
export function relativeLinks(markdown: string): string[] {
  const prose = markdown.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').replace(/`[^`\n]*`/g, '');
  const inline = [...prose.matchAll(/\]\(\s*(?:<(?<spaced>[^>\n]*)>|(?<plain>[^)\s]+))/g)].map(
    ({ groups }) => groups?.['spaced'] ?? groups?.['plain'],
  );
  const references = [...prose.matchAll(/^\[[^\]]+\]:\s*<?([^\s>]+)/gm)].map(([, target]) => target);
  const html = [...prose.matchAll(/<(?:a|img|source)\s[^>]*?(?:href|src|srcset)="([^"]+)"/gi)].map(
    ([, target]) => target,
  );
  return [...inline, ...references, ...html]
    .map((target = '') => target.replace(/[?#].*$/, ''))
    .filter((target) => target !== '' && !/^[a-z][a-z0-9+.-]*:|^\/\//i.test(target))
    .map((target) => decodeURIComponent(target));
}
