/**
 * The Node.js part of this library: sockets, timers, proxies, the process, and the instances that
 * separately bundled copies of the library share.
 */
export { checkAgents, isAgentConnected } from './agent-check.ts';
export { nodePlatform } from './node-platform.ts';
export { processEnd, type HostEnd, type ProcessEnd } from './process-end.ts';
export {
  accountClient,
  processHub,
  processOutcomes,
  processPendingReplies,
  type ProcessHub,
  type ProcessOutcomes,
} from './process-wide.ts';
export { environmentVariable } from './environment.ts';
export { BODY_TIMEOUT_MS, readBody } from './read-body.ts';
export { systemClock } from './system-clock.ts';
