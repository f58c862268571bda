import fc from 'fast-check';
import { agent, command } from './command.ts';
import { ring } from './ring.ts';

export const ringAgent = agent.map((one) =>
  command(`ring(${one})`, (model, system) => {
    ring(one, model, system);
  }),
);

export const drop = agent.map((one) =>
  command(`drop(${one})`, (_, { rig }) => {
    for (const session of rig.pbx.sessionsOf(`id-${one}`)) session.fail();
  }),
);

export const connectionClosed = agent.map((one) =>
  command(`connectionClosed(${one})`, (_, { rig }) => {
    for (const session of rig.pbx.sessionsOf(`id-${one}`)) session.frame({ type: 'connectionClosed' });
  }),
);

export const refuse = fc
  .tuple(agent, fc.constantFrom('ID_NOT_FOUND', 'IP_MISSMATCH', 'CONNECTION_EXISTS', 'NEW_REASON', null))
  .map(([one, reason]) =>
    command(`refuse(${one}, ${reason ?? 'no more'})`, (_, { rig }) => {
      if (reason === null) rig.pbx.refused.delete(`id-${one}`);
      else rig.pbx.refused.set(`id-${one}`, reason);
    }),
  );

/** Connections open, and the server answers nothing and closes nothing yet. */
export const accept = fc.constant(
  command('accept', (_, { rig }) => {
    for (const connection of rig.pbx.live) connection.open();
  }),
);

export const settle = fc.constant(
  command('settle', (_, { rig }) => {
    rig.pbx.settle();
  }),
);

/** A call cut off in the middle, which must not be repaired into one. */
export const hostileFrame = agent.map((one) =>
  command(`hostileFrame(${one})`, (_, { rig }) => {
    for (const session of rig.pbx.sessionsOf(`id-${one}`))
      session.frame('{"type":"incomingCall","phoneNumber":"1');
  }),
);
