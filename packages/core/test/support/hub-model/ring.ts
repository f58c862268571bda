import type { Agent, Model } from './model.ts';
import type { System } from './system.ts';

/** Rings the agent, where it has a session. */
export function ring(agent: Agent, model: Model, system: System): void {
  const connection = system.connectionOf(agent);
  if (connection === undefined) return;
  const id = system.nextCallId();
  const call = { agent, id };
  const mayHear = model.ring(call, connection);
  system.rig.pbx.call(`id-${agent}`, id);
  for (const owner of mayHear) {
    if (system.received[owner].at(-1)?.uniqueId === id) model.delivered[owner].push(call);
  }
}
