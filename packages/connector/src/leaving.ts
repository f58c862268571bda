import { MAX_KEEPALIVE_CHARS, outlivesPage, type ConnectorEvent } from './webhook-post.ts';

export interface LeavingPost {
  readonly event: ConnectorEvent;
  readonly body: URLSearchParams;
}

type BodyOf = (event: ConnectorEvent, short: boolean) => URLSearchParams;

/**
 * The posts that deliver what waits when the page goes away. Together they keep within the limit of
 * browsers for posts that outlive their page: if need be, events are posted in their short form, the
 * longest first, and if even that is too much, the oldest are left out.
 * @param inFlight the event whose answer is awaited: it is posted again only if its post ends with
 *   the page
 */
export function leavingPosts(
  events: readonly ConnectorEvent[],
  inFlight: ConnectorEvent | null,
  bodyOf: BodyOf,
): LeavingPost[] {
  const current = inFlight === null ? null : bodyOf(inFlight, false);
  const goesOn = current !== null && outlivesPage(current);
  let room = MAX_KEEPALIVE_CHARS - (goesOn ? sizeOf(current) : 0);
  const posts = events
    .filter((event) => !goesOn || event !== inFlight)
    .map((event) => ({ event, body: bodyOf(event, false) }));
  for (const post of posts) room -= sizeOf(post.body);
  for (const post of posts.toSorted((a, b) => sizeOf(b.body) - sizeOf(a.body))) {
    if (room >= 0) break;
    room += sizeOf(post.body);
    post.body = bodyOf(post.event, true);
    room -= sizeOf(post.body);
  }
  while (room < 0) {
    const oldest = posts.shift();
    if (oldest === undefined) break;
    room += sizeOf(oldest.body);
  }
  return posts;
}

function sizeOf(body: URLSearchParams): number {
  return body.toString().length;
}
