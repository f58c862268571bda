import fc from 'fast-check';
import * as owners from './owner-commands.ts';
import * as server from './server-commands.ts';
import * as time from './time-commands.ts';

/**
 * The steps of a history, by frequency. Time and the server's answers end a drain or a change of
 * server settings, so they are rarer than what may happen during one.
 */
const ANYTHING = fc.oneof(
  { weight: 8, arbitrary: owners.subscribe },
  { weight: 4, arbitrary: owners.resume },
  { weight: 2, arbitrary: owners.pause },
  { weight: 2, arbitrary: owners.requeue },
  { weight: 8, arbitrary: owners.drain },
  { weight: 4, arbitrary: owners.unsubscribe },
  { weight: 4, arbitrary: owners.redeployAll },
  { weight: 1, arbitrary: owners.actWhenSuperseded },
  { weight: 8, arbitrary: server.ringAgent },
  { weight: 4, arbitrary: server.settle },
  { weight: 4, arbitrary: server.accept },
  { weight: 1, arbitrary: server.drop },
  { weight: 1, arbitrary: server.connectionClosed },
  { weight: 1, arbitrary: server.refuse },
  { weight: 1, arbitrary: server.hostileFrame },
  { weight: 2, arbitrary: time.pass },
  { weight: 1, arbitrary: time.silence },
  { weight: 1, arbitrary: time.suspend },
  { weight: 1, arbitrary: time.jumpWallClock },
);

export const HISTORIES = fc.commands([ANYTHING], { size: '+1' });
