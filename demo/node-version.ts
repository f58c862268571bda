import type { DemoOptions } from './options.ts';

/** The oldest Node.js version for each part; the demonstration itself needs the simulator's. */
const OLDEST = {
  demonstration: '22.12',
  'node-red': '22.12',
  n8n: '24.0',
} as const;

/**
 * Why the demonstration cannot start on this Node.js, and what to do; null when it can.
 *
 * @param own the version that runs the demonstration
 * @param ofHosts the version that will run Node-RED or n8n
 */
export function nodeProblem(own: string, ofHosts: string, host: DemoOptions['host']): string | null {
  const tooOld = isOlder(own, OLDEST.demonstration)
    ? `This runs on Node.js ${own}, but needs ${OLDEST.demonstration} or newer.`
    : isOlder(ofHosts, OLDEST[host])
      ? `${host === 'n8n' ? 'n8n' : 'Node-RED'} would run on Node.js ${ofHosts}, but needs ${OLDEST[host]} or newer.`
      : null;
  if (tooOld === null) return null;
  return (
    `${tooOld} “npm ci” brings Node.js 24 along, unless npm was told to leave out install scripts or optional packages. ` +
    'Run “npm ci” without that, then “npm start”; or install Node.js 24.'
  );
}

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = than.split('.').map(Number);
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}
