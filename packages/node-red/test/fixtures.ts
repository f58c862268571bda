import { expect } from 'chai';
import { createSimulator, type Simulator, type SimulatorOptions } from '@accolades-flow/simulator';
import { everythingSeen } from './runtime.ts';

/** The secrets of these tests' agents: long and unusual enough to be found in any output. */
export const FRONT_DESK = 'f8cb549544frontdesk';
export const SALES = 'a1b2c3d4e5sales';
export const SUPPORT = '0c9d8e7f6asupport';

/** A simulator with the three agents, all logged in. */
export function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  return createSimulator({
    agents: [
      { idCrm: FRONT_DESK, name: 'Front desk' },
      { idCrm: SALES, name: 'Sales' },
      { idCrm: SUPPORT, name: 'Support' },
    ],
    ...options,
  });
}

/** Fails when Node-RED has logged, shown or sent a secret since the last check. */
export function expectNoSecretSeen(): void {
  const seen = everythingSeen.splice(0).join('\n');
  expect(seen, 'what was seen').not.to.equal('');
  for (const secret of [FRONT_DESK, SALES, SUPPORT])
    expect(seen.includes(secret), `${secret.slice(-7)} leaked`).to.equal(false);
}
