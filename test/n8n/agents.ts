import { createSimulator, type Simulator, type SimulatorOptions } from '@accolades-flow/simulator';
import { waitUntil } from '../../hosts/deadline.ts';

export const FRONT_DESK = 'f8cb549544';
export const SALES = '77aa0192bc';
/** An idCrm that no agent has. */
export const WRONG = '0000deadbeef';

export const SECRETS: readonly string[] = [FRONT_DESK, SALES, WRONG];

/** A simulator with two agents, both logged in. */
export function simulate(options: SimulatorOptions = {}): Promise<Simulator> {
  return createSimulator({
    agents: [
      { idCrm: FRONT_DESK, name: 'Front desk' },
      { idCrm: SALES, name: 'Sales' },
    ],
    ...options,
  });
}

/** Waits until exactly this many agents are connected. */
export async function untilSessions(simulator: Simulator, count: number, deadlineMs = 10_000): Promise<void> {
  await waitUntil(`${count} sessions`, () => simulator.sessions().length === count, {
    deadlineMs,
    everyMs: 5,
    details: () => `There are ${simulator.sessions().length}.`,
  });
}

/** The error with which a promise rejects. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  const thrown: unknown = await promise.then(
    () => new Error('It did not fail.'),
    (error: unknown) => error,
  );
  if (!(thrown instanceof Error)) throw new Error('What was thrown is no error.');
  return thrown;
}
