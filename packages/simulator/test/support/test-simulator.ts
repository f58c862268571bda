import { createSimulator } from '../../src/index.ts';
import type { Simulator, SimulatorOptions } from '../../src/index.ts';

const running: Simulator[] = [];

export const FRONT_DESK = 'front-desk-key-01';
export const SUPPORT = 'support-key-02';

/** A simulator with two agents, closed by `closeSimulators`. */
export async function testSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await createSimulator({
    agents: [
      { idCrm: FRONT_DESK, name: 'Front desk' },
      { idCrm: SUPPORT, name: 'Support' },
    ],
    ...options,
  });
  running.push(simulator);
  return simulator;
}

export async function closeSimulators(): Promise<void> {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
}
