import type { Readable } from 'node:stream';
import { AccoladesError } from '../../errors.ts';
import type { Clock } from '../../time/clock.ts';
import { tooLarge } from '../../webhook/request.ts';
import { systemClock } from './system-clock.ts';

/** Longest time to receive a body, in milliseconds. */
export const BODY_TIMEOUT_MS = 5_000;

/**
 * Reads the body of a request, for hosts that do not read it.
 *
 * @param maxBytes a larger body is rejected while it arrives, and not kept
 * @throws AccoladesError `BODY_TOO_LARGE`, `BODY_TIMEOUT`, or `BODY_MALFORMED` when the sender
 *   aborts
 */
export function readBody(request: Readable, maxBytes: number, clock: Clock = systemClock): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const settle = (error: AccoladesError | null): void => {
      timer.stop();
      request
        .off('data', onData)
        .off('end', onEnd)
        .off('aborted', onBroken)
        .off('error', onBroken)
        .off('close', onBroken);
      // Discard the rest, so that the answer can be sent. Later errors have no consequence.
      request.on('error', ignoreError).resume();
      if (error === null) resolve(Buffer.concat(chunks));
      else reject(error);
    };
    const onData = (chunk: unknown): void => {
      if (!(chunk instanceof Uint8Array)) return;
      size += chunk.byteLength;
      if (size > maxBytes) settle(tooLarge(maxBytes));
      else chunks.push(chunk);
    };
    const onEnd = (): void => {
      settle(null);
    };
    const onBroken = (): void => {
      settle(new AccoladesError('BODY_MALFORMED', { what: 'The request broke off.' }));
    };
    const timer = clock.start(BODY_TIMEOUT_MS, () => {
      settle(
        new AccoladesError('BODY_TIMEOUT', {
          what: `The request did not arrive within ${BODY_TIMEOUT_MS / 1000} seconds.`,
        }),
      );
    });
    request
      .on('data', onData)
      .on('end', onEnd)
      .on('aborted', onBroken)
      .on('error', onBroken)
      .on('close', onBroken);
  });
}

function ignoreError(): void {
  // Nothing to do.
}
