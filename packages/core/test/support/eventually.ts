/** Waits until the condition holds; throws after the deadline, in milliseconds. */
export async function eventually(what: string, holds: () => boolean, deadline = 5_000): Promise<void> {
  const end = performance.now() + deadline;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`After ${deadline} ms still not: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
