/** The tests that run in this process: one for each node. */
const running = new Map<string, () => void>();

/**
 * Ends the test of the same node that runs already. n8n does not tell a trigger that a test was stopped while
 * it was still starting, so such a test would hold the agent's only connection.
 * @param end ends the new test; idempotent
 * @returns to be called when it has ended; idempotent
 */
export function replaceTest(node: string, end: () => void): () => void {
  const before = running.get(node);
  running.set(node, end);
  before?.();
  return () => {
    if (running.get(node) === end) running.delete(node);
  };
}
