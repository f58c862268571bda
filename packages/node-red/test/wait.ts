/** Waits until `look` returns a value. @throws Error naming `what` after `deadlineMs` */
export async function waitFor<T>(
  what: string,
  look: () => T | undefined | false | null,
  deadlineMs = 5_000,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false && found !== null) return found;
    if (performance.now() > end) throw new Error(`${what}: not within ${deadlineMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
