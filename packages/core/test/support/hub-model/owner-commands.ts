import fc from 'fast-check';
import { agent, command, owner } from './command.ts';

/** Whether an owner subscribes paused; most do not. */
const paused = fc.oneof(
  { weight: 3, arbitrary: fc.constant(false) },
  { weight: 1, arbitrary: fc.constant(true) },
);

export const subscribe = fc
  .tuple(owner, fc.uniqueArray(agent, { minLength: 1 }), paused)
  .map(([who, agents, startPaused]) =>
    command(`subscribe(${who}, ${agents.join('+')}${startPaused ? ', paused' : ''})`, (model, system) => {
      const known = model.durables.get(who)?.agents ?? [];
      model.subscribe(who, agents, startPaused);
      system.subscribe(who, agents, startPaused, known);
    }),
  );

export const resume = owner.map((who) =>
  command(`resume(${who})`, (model, system) => {
    model.resume(who);
    system.subscriptions.get(who)?.resume();
  }),
);

export const pause = owner.map((who) =>
  command(
    `pause(${who})`,
    (model, system) => {
      model.pause(who);
      system.subscriptions.get(who)?.pause();
    },
    // A draining owner cannot pause.
    ({ draining }) => !draining.has(who),
  ),
);

export const requeue = fc.tuple(owner, fc.integer({ min: 1, max: 3 })).map(([who, count]) =>
  command(
    `requeue(${who}, ${count})`,
    (model, system) => {
      model.requeue(who, system.requeue(who, count));
    },
    ({ durables }) => durables.get(who)?.state === 'paused',
  ),
);

export const drain = owner.map((who) =>
  command(
    `drain(${who})`,
    (model, system) => {
      model.drain(who);
      system.drain(who);
    },
    ({ durables }) => durables.get(who)?.state === 'flowing',
  ),
);

export const unsubscribe = fc.tuple(owner, fc.boolean()).map(([who, removed]) =>
  command(`unsubscribe(${who}${removed ? ', removed' : ''})`, (model, system) => {
    // A draining owner has given its agents up already.
    const forGood = removed || model.draining.has(who);
    model.unsubscribe(who, forGood, system.now);
    system.subscriptions.get(who)?.unsubscribe({ removed: forGood });
  }),
);

export const redeployAll = fc.tuple(fc.integer({ min: 0, max: 2 }), paused).map(([way, startPaused]) =>
  command(`redeployAll(by way ${way}${startPaused ? ', paused' : ''})`, (model, system) => {
    const address = `wss://pbx.example/${way}`;
    const isSameWay = system.address === address;
    system.address = address;
    // A drain would hold up the new settings.
    for (const who of model.draining.keys()) {
      model.unsubscribe(who, true, system.now);
      system.subscriptions.get(who)?.unsubscribe({ removed: true });
    }
    for (const who of model.durables.keys()) system.subscriptions.get(who)?.unsubscribe();
    for (const [who, { agents }] of [...model.durables]) {
      model.subscribe(who, agents, startPaused);
      system.subscribe(who, agents, startPaused, isSameWay ? agents : []);
    }
  }),
);

export const actWhenSuperseded = fc.tuple(fc.nat(), fc.boolean()).map(([which, removed]) =>
  command('actOn(a superseded subscription)', (_, { superseded }) => {
    const old = superseded[which % Math.max(1, superseded.length)];
    old?.unsubscribe({ removed });
    old?.pause();
    old?.resume();
    void old?.drain();
  }),
);
