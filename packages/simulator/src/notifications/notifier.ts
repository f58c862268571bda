import type { FormOutcome, SendForm } from '../http/send-form.ts';
import { DEFAULT_ENDPOINT_TIMEOUT_MS } from './endpoint-settings.ts';
import type { EndpointSettings } from './endpoint-settings.ts';
import { notificationFields } from './notification.ts';
import type { Notification } from './notification.ts';
import type { NotificationSettings } from './notification-settings.ts';

/** An endpoint's reaction to a notification. */
export type NotificationOutcome =
  | { readonly ok: true; readonly body: string; readonly text: string }
  | { readonly ok: false; readonly text: string };

/** Sends call notifications to the endpoints of the phones. */
export class Notifier {
  readonly #send: SendForm;
  readonly #settings: () => NotificationSettings;
  readonly #ending = new AbortController();

  constructor(send: SendForm, settings: () => NotificationSettings) {
    this.#send = send;
    this.#settings = settings;
  }

  /** Never rejects: everything except a status from 200 to 299 in time counts as a failure. */
  async notify(endpoint: EndpointSettings, notification: Notification): Promise<NotificationOutcome> {
    const outcome = await this.#send({
      url: endpoint.url,
      method: 'POST',
      fields: notificationFields(notification, this.#settings()),
      timeoutMs: endpoint.timeoutMs ?? DEFAULT_ENDPOINT_TIMEOUT_MS,
      allowUnauthorizedCerts: endpoint.allowUnauthorizedCerts,
      signal: this.#ending.signal,
    });
    return judge(outcome);
  }

  /** Aborts notifications in progress. */
  close(): void {
    this.#ending.abort();
  }
}

function judge(outcome: FormOutcome): NotificationOutcome {
  if (outcome.status === null) return { ok: false, text: outcome.problem };
  const text = `Status ${outcome.status} after ${Math.round(outcome.durationMs)} ms.`;
  return outcome.status >= 200 && outcome.status <= 299
    ? { ok: true, body: outcome.body, text }
    : { ok: false, text };
}
