import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface LoadResult {
  /** Time from each request's due time to the end of its answer, in milliseconds, ascending. */
  readonly times: readonly number[];
  /** The number of answers by status; 0: no answer. */
  readonly statuses: Readonly<Record<number, number>>;
}

export interface LoadOptions {
  readonly perSecond: number;
  readonly seconds: number;
  /** The address and the form-encoded body of each request. */
  readonly request: (index: number) => { readonly url: string; readonly body: string };
}

/**
 * Posts at a steady rate, whether or not earlier requests were answered, so that a slow endpoint
 * does not reduce the load.
 */
export async function postSteadily({ perSecond, seconds, request: make }: LoadOptions): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1_000 });
  const times: number[] = [];
  const statuses: Record<number, number> = {};
  const start = performance.now();
  const pending: Promise<void>[] = [];
  for (let index = 0; index < perSecond * seconds; index++) {
    const dueAt = start + (index * 1_000) / perSecond;
    const wait = dueAt - performance.now();
    if (wait > 1) await delay(wait);
    const { url, body } = make(index);
    pending.push(
      post(url, body, agent).then((status) => {
        times.push(performance.now() - dueAt);
        statuses[status] = (statuses[status] ?? 0) + 1;
      }),
    );
  }
  await Promise.all(pending);
  agent.destroy();
  return { times: times.sort((a, b) => a - b), statuses };
}

/** The time within which this part of the requests was answered. */
export function quantile({ times }: LoadResult, part: number): number {
  return times[Math.min(times.length - 1, Math.ceil(times.length * part) - 1)] ?? Number.NaN;
}

function post(url: string, body: string, agent: Agent): Promise<number> {
  return new Promise((resolve) => {
    const sent = request(
      url,
      {
        method: 'POST',
        agent,
        timeout: 30_000,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': Buffer.byteLength(body),
        },
      },
      (response) => {
        response.resume().on('end', () => {
          resolve(response.statusCode ?? 0);
        });
      },
    );
    sent.on('error', () => {
      resolve(0);
    });
    sent.on('timeout', () => sent.destroy());
    sent.end(body);
  });
}
