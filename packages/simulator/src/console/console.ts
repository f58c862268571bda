import type { Simulator } from '../simulator.ts';

export interface ConsoleOptions {
  port?: number;
  host?: string;
}

export async function startConsole(
  _simulator: Simulator,
  _options: ConsoleOptions,
): Promise<{ url: string; close(): Promise<void> }> {
  throw new Error('The console is not part of this build.');
}
