/** A variable of the process's environment; empty when it is not set. */
export function environmentVariable(name: string): string {
  return process.env[name] ?? '';
}
