import { expect } from 'chai';
import fc from 'fast-check';
import { NOTHING } from '../support/hub-rig.ts';
import { check } from '../support/hub-model/check.ts';
import { HISTORIES } from '../support/hub-model/histories.ts';
import { AGENTS, Model, OWNERS } from '../support/hub-model/model.ts';
import { ring } from '../support/hub-model/ring.ts';
import { System } from '../support/hub-model/system.ts';

/** More histories: `ACCOLADES_RUNS=100000 mocha …/model.test.ts`; a failure prints its seed. */
const RUNS = Number(process.env['ACCOLADES_RUNS'] ?? 750);
/** Longer than the longest backoff: every agent is connected again after it. */
const RECOVERY_MS = 330_000;

function recover({ rig }: System): void {
  rig.pbx.refused.clear();
  rig.run(RECOVERY_MS, 10_000);
}

async function checkRecovered(model: Model, system: System): Promise<void> {
  const { rig } = system;
  check(model, system);
  expect(rig.pbx.live.length, 'every agent that somebody uses is connected').to.equal(model.agents.size);
  expect(rig.hub.sessionCount, 'no session is left of another way').to.equal(model.agents.size);
  for (const agent of AGENTS) ring(agent, model, system);
  check(model, system);
  await checkDrains(model, system);
}

/** A drain ends exactly when nobody else uses the agents. */
async function checkDrains({ draining, agents: used }: Model, system: System): Promise<void> {
  await Promise.resolve();
  for (const [owner, agents] of draining) {
    const isShared = [...agents.values()].includes('all');
    const isTakenUp = [...agents.keys()].some((agent) => used.has(agent));
    // A later user may or may not share the session that the drain waits for.
    if (isTakenUp && !isShared) continue;
    expect(system.isDraining(owner), `whether ${owner} drains`).to.equal(isShared);
  }
}

async function checkClosed(system: System): Promise<void> {
  const { rig } = system;
  expect(rig.leftovers, 'closed means closed').to.deep.equal(NOTHING);
  const { length } = rig.pbx.transports;
  rig.run(RECOVERY_MS, 10_000);
  expect(rig.pbx.transports, 'connections after close').to.have.length(length);
  await Promise.resolve();
  for (const owner of OWNERS) expect(system.isDraining(owner), `whether ${owner} drains`).to.equal(false);
}

describe('session and hub against a model', () => {
  it(`${RUNS} random histories: one session per agent, every call to every owner once and in order, closed means closed`, async () => {
    const property = fc.asyncProperty(HISTORIES, async (commands) => {
      const model = new Model();
      const system = new System();
      fc.modelRun(() => ({ model, real: system }), commands);
      recover(system);
      await checkRecovered(model, system);
      system.rig.hub.close();
      await checkClosed(system);
    });
    await fc.assert(property, { numRuns: RUNS });
  }).timeout(Math.max(60_000, RUNS * 100));
});
