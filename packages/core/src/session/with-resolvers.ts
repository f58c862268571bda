import type { AccoladesError } from '../errors.ts';

/** `Promise.withResolvers` of newer Node versions; rejections nobody waits for are not unhandled. */
export function withResolvers<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (e: AccoladesError) => void;
} {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: AccoladesError) => void = () => undefined;
  const promise = new Promise<T>((res, rej) => {
    resolve = res;
    reject = rej;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
