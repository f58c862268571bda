import fc from 'fast-check';
import { command } from './command.ts';
import { LINGER_MS } from './model.ts';

const duration = fc.oneof(
  fc.constantFrom(0, 1, 499, 1_000, LINGER_MS - 1, LINGER_MS, LINGER_MS + 1, 20_000, 60_000),
  fc.integer({ min: 0, max: 90_000 }),
);

export const pass = duration.map((ms) =>
  command(`pass(${ms})`, (_, { rig }) => {
    rig.run(ms, 3_000);
  }),
);

export const silence = duration.map((ms) =>
  command(`silence(${ms})`, (_, { rig }) => {
    rig.clock.advance(ms);
  }),
);

export const suspend = duration.map((ms) =>
  command(`suspend(${ms})`, (_, { rig }) => {
    rig.clock.suspend(ms);
    rig.clock.advance(0);
  }),
);

export const jumpWallClock = fc.integer({ min: -1e9, max: 1e9 }).map((ms) =>
  command(`jumpWallClock(${ms})`, (_, { rig }) => {
    rig.clock.jumpWall(ms);
  }),
);
