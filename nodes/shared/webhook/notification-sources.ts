import type { CallNotification } from '@accolades-flow/core';
import { processOutcomes } from '@accolades-flow/core/node';

/** Called when the URL was away: notifications may be missing. */
type Interrupted = () => void;

/** By the path of a Webhook Trigger, the nodes that read its notifications, by their keys. */
const readers = new Map<string, Map<string, Interrupted>>();

/**
 * Reads the notifications of the Webhook Triggers of this process with this path. The node stays a
 * reader while its memory of calls is kept, that is over re-publishing.
 *
 * @param key see `OutcomeRegistry.open`
 * @returns stops the reports of interruptions; idempotent
 */
export function readNotifications(path: string, key: string, interrupted: Interrupted): () => void {
  for (const others of readers.values()) others.delete(key);
  const normal = normalized(path);
  const ofPath = readers.get(normal) ?? new Map<string, Interrupted>();
  readers.set(normal, ofPath);
  ofPath.set(key, interrupted);
  return () => {
    if (ofPath.get(key) === interrupted) ofPath.set(key, () => undefined);
  };
}

/** Passes a notification that a Webhook Trigger has accepted to the readers of its path. */
export function passNotification(path: string, notification: CallNotification): void {
  const ofPath = readers.get(normalized(path));
  for (const key of [...(ofPath?.keys() ?? [])]) {
    if (!processOutcomes().notified(key, notification)) ofPath?.delete(key);
  }
}

/** The Webhook Trigger with this path was away. */
export function interruptNotifications(path: string): void {
  for (const interrupted of [...(readers.get(normalized(path))?.values() ?? [])]) interrupted();
}

/** Without outer slashes, because n8n ignores them. */
function normalized(path: string): string {
  return path.trim().replace(/^\/+|\/+$/g, '');
}
