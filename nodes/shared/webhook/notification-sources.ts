import type { CallNotification } from '@accolades-flow/core';
import { processOutcomes } from '@accolades-flow/core/node';

/** Called when the URL of the notifications comes or goes. */
type Reachable = (isReachable: boolean) => void;

/** By the path of a Webhook Trigger, the nodes that read its notifications, by their keys. */
const readers = new Map<string, Map<string, Reachable>>();

/** By path, how many Webhook Triggers of this process have it. */
const sources = new Map<string, number>();

/**
 * Reads the notifications of the Webhook Triggers of this process with this path. The node stays a
 * reader while its memory of calls is kept, that is over re-publishing.
 *
 * @param key see `OutcomeRegistry.open`
 * @returns stops the reports; idempotent
 */
export function readNotifications(path: string, key: string, reachable: Reachable): () => void {
  for (const others of readers.values()) others.delete(key);
  const normal = normalized(path);
  const ofPath = readers.get(normal) ?? new Map<string, Reachable>();
  readers.set(normal, ofPath);
  ofPath.set(key, reachable);
  return () => {
    if (ofPath.get(key) === reachable) ofPath.set(key, () => undefined);
  };
}

/** Whether a Webhook Trigger of this process has this path. */
export function hasNotificationSource(path: string): boolean {
  return (sources.get(normalized(path)) ?? 0) > 0;
}

/** Passes a notification that a Webhook Trigger has accepted to the readers of its path. */
export function passNotification(path: string, notification: CallNotification): void {
  const ofPath = readers.get(normalized(path));
  for (const key of [...(ofPath?.keys() ?? [])]) {
    if (!processOutcomes().notified(key, notification)) ofPath?.delete(key);
  }
}

/**
 * A Webhook Trigger with this path is published.
 * @returns ends it: notifications are missing until another one is; idempotent
 */
export function offerNotifications(path: string): () => void {
  const normal = normalized(path);
  sources.set(normal, (sources.get(normal) ?? 0) + 1);
  tellReaders(normal, true);
  let isOffered = true;
  return () => {
    if (!isOffered) return;
    isOffered = false;
    const left = (sources.get(normal) ?? 0) - 1;
    if (left > 0) sources.set(normal, left);
    else sources.delete(normal);
    tellReaders(normal, false);
    // n8n may have taken the URL away although the next version is there.
    if (left > 0) tellReaders(normal, true);
  };
}

function tellReaders(path: string, isReachable: boolean): void {
  for (const reachable of [...(readers.get(path)?.values() ?? [])]) reachable(isReachable);
}

/** Without outer slashes, because n8n ignores them. */
function normalized(path: string): string {
  return path.trim().replace(/^\/+|\/+$/g, '');
}
