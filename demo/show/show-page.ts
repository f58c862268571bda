import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** One part of the demonstration, as the combined page shows it. */
export interface ShowPane {
  id: 'pbx' | 'flow' | 'result';
  /** What to do or see in it: `Place a call`. */
  title: string;
  /** Its kind: `simulated PBX`. */
  what: string;
  url: string;
  /** Shown instead of the frame, for a page that cannot be framed. */
  instead?: { text: string; picture: string };
}

/** The page with all panes side by side, as frames with a link to open each alone. */
export async function showPage(panes: readonly ShowPane[]): Promise<string> {
  const template = await readFile(path.join(import.meta.dirname, 'page', 'index.html'), 'utf8');
  return template.replace('<!-- panes -->', () => panes.map(paneHtml).join('\n'));
}

/**
 * The page's content security policy: its own files, and these panes in frames. No page may frame
 * it.
 */
export function showPolicy(panes: readonly ShowPane[]): string {
  const frames = panes.map(({ url }) => new URL(url).origin).join(' ');
  return (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    `frame-src ${frames || "'none'"}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
  );
}

function paneHtml({ id, title, what, url, instead }: ShowPane, index: number): string {
  const address = escape(url);
  const open = `href="${address}" target="accolades-${id}"`;
  const content =
    instead === undefined
      ? `<iframe src="${address}" title="${escape(`${title}: ${what}`)}"></iframe>`
      : `<div class="instead"><img src="${escape(instead.picture)}" alt="" /><p>${escape(instead.text)}</p><a class="button" ${open}>Open ${escape(what)} ↗</a></div>`;
  return `      <section class="pane" id="${id}" aria-labelledby="${id}-title">
        <header>
          <span class="number" aria-hidden="true">${index + 1}</span>
          <h2 id="${id}-title">${escape(title)}</h2>
          <small>${escape(what)}</small>
          <a class="alone" ${open} title="In a tab of its own">Open ↗</a>
        </header>
        ${content}
      </section>`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
