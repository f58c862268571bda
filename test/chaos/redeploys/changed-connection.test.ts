import { setTimeout as delay } from 'node:timers/promises';
import { Hub, type AccoladesEvent, type Subscription } from '@accolades-flow/core';
import { nodePlatform } from '@accolades-flow/core/node';
import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { until } from '../support/until.ts';
import { CallLoad, tally } from './call-load.ts';

const AGENT = '9f3e1c70aa';
const DEPLOYS = 200;
/**
 * How long no subscription exists during each change, in milliseconds: as in a small Node-RED flow.
 */
const DEPLOY_MS = 12;

describe('Deploys that change how the agent is reached, with core alone', function () {
  this.timeout(60_000);
  let simulator: Simulator;
  let hub: Hub;
  let received: string[];
  let round = 0;

  beforeEach(async () => {
    simulator = await createSimulator({ agents: [{ idCrm: AGENT, name: 'Front desk' }] });
    hub = new Hub({ ...nodePlatform, connectsPerSecond: 0 });
    received = [];
  });
  afterEach(async () => {
    hub.close();
    await simulator.close();
  });

  /** Another address of the same server: different settings, so a different session. */
  const subscribe = (): Subscription =>
    hub.subscribe({
      owner: 'calls',
      agents: [{ label: 'Front desk', idCrm: AGENT }],
      server: { url: `${simulator.url}/?deploy=${++round}` },
      onEvent: (event: AccoladesEvent) => {
        if ('uniqueId' in event) received.push(event.uniqueId);
      },
    });

  const ready = (subscription: Subscription): Promise<void> =>
    until('the session is ready', () => subscription.status.connected === 1);

  for (const everyMs of [5, 20]) {
    it(`${DEPLOYS} deploys, a call every ${everyMs} ms: what the server sent arrives, once and in order`, async () => {
      let subscription = subscribe();
      await ready(subscription);
      const load = new CallLoad(simulator, AGENT, 1_700_000_200 + everyMs);
      load.start(everyMs);
      for (let deploy = 0; deploy < DEPLOYS; deploy++) {
        subscription.unsubscribe();
        await delay(DEPLOY_MS);
        subscription = subscribe();
        await ready(subscription);
      }
      load.stop();
      const heard = load.placed.filter((id) => !load.unheard.includes(id));
      await until('all calls', () => received.length >= heard.length, 1_000).catch(() => undefined);
      const result = tally(heard, received);
      console.log(
        `      a call every ${everyMs} ms: ${load.placed.length} calls, ${load.unheard.length} while the server had no session; ` +
          `of the others lost ${result.lost}, doubled ${result.doubled}, out of order ${result.outOfOrder}`,
      );
      expect(result).to.deep.equal({
        placed: heard.length,
        received: heard.length,
        lost: 0,
        doubled: 0,
        outOfOrder: 0,
      });
      expect(simulator.statistics.maxSessionsPerAgent).to.equal(1);
      expect(simulator.statistics.refusals).to.deep.equal({});
    });
  }
});
