/**
 * A process that connects an agent and unsubscribes as `argv[3]` says. The test measures how long
 * it then stays alive.
 */
import { Hub } from '../../src/hub/hub.ts';
import { nodePlatform } from '../../src/platform/node/node-platform.ts';

const [, , url, how] = process.argv;
const hub = new Hub({ ...nodePlatform, lingerMs: 600_000 });
const subscription = hub.subscribe({
  owner: 'owner',
  agents: [{ label: 'x', idCrm: 'f8cb549544' }],
  server: { url: url ?? '' },
});
const { connected } = await subscription.firstOutcome;
console.log(`connected ${connected}`);
if (how === 'removed') subscription.unsubscribe({ removed: true });
if (how === 'lingering') subscription.unsubscribe();
