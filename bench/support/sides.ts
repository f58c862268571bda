import { numberIn } from './fields.ts';
import type { Worker } from './worker.ts';

/** Our side and the reference in benchmarks about connections. */
export const SIDES = ['core', 'bare'] as const;
export type Side = (typeof SIDES)[number];

/** The program of each side. */
export const CLIENT: Readonly<Record<Side, string>> = { core: 'clients/core.ts', bare: 'clients/bare.ts' };

/** The address of a newly started server. */
export async function addressOf(server: Worker): Promise<string> {
  return urlOf(numberIn(await server.heard('listening'), 'port'));
}

/**
 * The address, and the port on which the server receives the number of arrived calls, if it has
 * one.
 */
export async function addressesOf(server: Worker): Promise<{ url: string; progressPort?: number }> {
  const listening = await server.heard('listening');
  const url = urlOf(numberIn(listening, 'port'));
  return 'progressPort' in listening ? { url, progressPort: numberIn(listening, 'progressPort') } : { url };
}

function urlOf(port: number): string {
  return `ws://127.0.0.1:${port}`;
}
