import type { AnsweredPage } from './webhook-post.ts';

/** A page that a call came too long ago for is offered as a link, and not thrown in front of the agent, in milliseconds. */
export const FRESH_CALL_MS = 60_000;

export type PageRefusal = 'notHttps' | 'originNotListed' | 'unreadable';

export type CheckedPage =
  | { readonly ok: true; readonly url: string; readonly title: string }
  /** `shown` is what of the address may be shown. */
  | { readonly ok: false; readonly refusal: PageRefusal; readonly shown: string };

/** Only `https:` pages of listed origins are opened: whoever gets hold of the flow must not lead agents anywhere. */
export function checkPage({ url, title }: AnsweredPage, origins: ReadonlySet<string>): CheckedPage {
  if (!URL.canParse(url)) return { ok: false, refusal: 'unreadable', shown: '' };
  const address = new URL(url);
  if (address.protocol !== 'https:') return { ok: false, refusal: 'notHttps', shown: address.protocol };
  if (!origins.has(address.origin) || address.username !== '' || address.password !== '') {
    return { ok: false, refusal: 'originNotListed', shown: address.origin };
  }
  return { ok: true, url: address.href, title: title === '' ? address.href : title };
}

export type Opening = 'opened' | 'notified' | 'blocked';

/**
 * Opens a page in a new tab. Where the browser blocks that, a notification offers it, if notifications are allowed here; the link on this
 * page is there in any case.
 */
export function openPage(url: string, title: string, body: string): Opening {
  if (openTab(url)) return 'opened';
  return notify(url, title, body) ? 'notified' : 'blocked';
}

/** Opened empty first: with `noopener` the browser would not say whether it was blocked. */
function openTab(url: string): boolean {
  const tab = window.open('about:blank', '_blank');
  if (tab === null) return false;
  tab.opener = null;
  tab.location.replace(url);
  return true;
}

function notify(url: string, title: string, body: string): boolean {
  if (typeof Notification === 'undefined' || Notification.permission !== 'granted') return false;
  try {
    const notification = new Notification(title, { body, requireInteraction: true });
    notification.addEventListener('click', () => {
      notification.close();
      openTab(url);
    });
    return true;
  } catch {
    // Some browsers want a service worker for it.
    return false;
  }
}
