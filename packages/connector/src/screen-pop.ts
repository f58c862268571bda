import type { AnsweredPage } from './webhook-post.ts';

/** The page of an older call is offered as a link and does not open by itself, in milliseconds. */
export const FRESH_CALL_MS = 60_000;

export type PageRefusal = 'notHttps' | 'originNotListed' | 'unreadable';

export type CheckedPage =
  | { readonly ok: true; readonly url: string; readonly title: string }
  /** `shown` is the part of the address that may be shown. */
  | { readonly ok: false; readonly refusal: PageRefusal; readonly shown: string };

/** Only `https:` pages of listed origins open: a stolen flow must not lead agents anywhere. */
export function checkPage({ url, title }: AnsweredPage, origins: ReadonlySet<string>): CheckedPage {
  if (!URL.canParse(url)) return { ok: false, refusal: 'unreadable', shown: '' };
  const address = new URL(url);
  if (address.protocol !== 'https:') return { ok: false, refusal: 'notHttps', shown: address.protocol };
  if (!origins.has(address.origin) || address.username !== '' || address.password !== '') {
    return { ok: false, refusal: 'originNotListed', shown: address.origin };
  }
  return { ok: true, url: address.href, title: title === '' ? address.href : title };
}
