import type { AccoladesError } from '../errors.ts';

/** A promise with its resolve and reject functions. */
export interface Resolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: AccoladesError) => void;
}

/**
 * `Promise.withResolvers` for older Node.js versions. A rejection without a handler is not reported
 * as unhandled.
 */
export function withResolvers<T>(): Resolvers<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: AccoladesError) => void = () => undefined;
  const promise = new Promise<T>((res, rej) => {
    resolve = res;
    reject = rej;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
