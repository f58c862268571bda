import { MAX_KEEPALIVE_CHARS, outlivesPage, type ConnectorEvent } from './webhook-post.ts';

export interface LeavingPost {
  readonly event: ConnectorEvent;
  body: string;
}

type BodyOf = (event: ConnectorEvent, short: boolean) => string;

/**
 * The posts that deliver what waits when the page goes away. Together they keep within the limit of
 * browsers for posts that outlive their page: if need be, events are posted in their short form,
 * the longest first, and if even that is too much, the oldest are left out.
 *
 * A browser ends a page that takes more than half a second to go, so this must be quick.
 * @param inFlight the event whose answer is awaited
 * @param isFailing whether the last post failed. If so, the one in flight is likely to fail as
 *   well,
 *   so its event is posted again; otherwise only if its post ends with the page.
 */
export function leavingPosts(
  events: readonly ConnectorEvent[],
  inFlight: ConnectorEvent | null,
  isFailing: boolean,
  bodyOf: BodyOf,
): LeavingPost[] {
  const current = inFlight === null ? '' : bodyOf(inFlight, false);
  const goesOn = outlivesPage(current);
  const posts: LeavingPost[] = events
    .filter((event) => event !== inFlight || isFailing || !goesOn)
    .map((event) => ({ event, body: bodyOf(event, false) }));
  let room = MAX_KEEPALIVE_CHARS - (goesOn ? current.length : 0);
  for (const { body } of posts) room -= body.length;
  if (room >= 0) return posts;
  for (const post of posts.toSorted((a, b) => b.body.length - a.body.length)) {
    room += post.body.length;
    post.body = bodyOf(post.event, true);
    room -= post.body.length;
    if (room >= 0) return posts;
  }
  while (room < 0) {
    const oldest = posts.shift();
    if (oldest === undefined) break;
    room += oldest.body.length;
  }
  return posts;
}
