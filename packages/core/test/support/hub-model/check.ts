import { OWNERS, type Model, type Owner } from './model.ts';
import type { System } from './system.ts';

/** Called too often for chai, which would take most of the time. */
function same(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected) throw new Error(`${what}: ${String(actual)}, not ${String(expected)}`);
}

function atMost(actual: number, most: number, what: string): void {
  if (actual > most) throw new Error(`${what}: ${actual}, more than ${most}`);
}

function checkCalls(owner: Owner, { delivered }: Model, { received }: System): void {
  const expected = delivered[owner].map(({ id }) => id).join();
  same(received[owner].map(({ uniqueId }) => uniqueId).join(), expected, `calls of ${owner}`);
}

function checkSessions(model: Model, { rig }: System): void {
  atMost(rig.pbx.mostSessionsPerAgent, 1, 'sessions per agent');
  atMost(model.agents.size, rig.hub.sessionCount, 'agents without a session');
  // During a drain, the old session is kept beside the one that waits for its end.
  const most = 2 * model.heardAgents.size;
  atMost(rig.hub.sessionCount, most, 'sessions');
  atMost(rig.pbx.live.length, most, 'connections');
}

function checkStatuses(model: Model, system: System): void {
  for (const [owner, { agents, state }] of model.durables) {
    if (state === 'lingering') continue;
    const status = system.subscriptions.get(owner)?.status;
    const connected = agents.filter((agent) => system.isConnected(agent)).length;
    same(status?.total, agents.length, `agents of ${owner}`);
    same(status?.connected, connected, `connected agents of ${owner}`);
  }
}

/** Updates the model, and compares. */
export function check(model: Model, system: System): void {
  model.update(system.now, (agent) => system.connectionOf(agent));
  for (const owner of OWNERS) checkCalls(owner, model, system);
  checkSessions(model, system);
  checkStatuses(model, system);
}
