/**
 * The Node.js part of this library: sockets, timers, proxies, the process, and the instances that
 * separately bundled copies of the library share.
 */
export { systemClock } from '../../time/clock.ts';
export { processRequestGate } from '../../rest/request-gate.ts';
export { processPendingReplies } from '../../webhook/pending-replies.ts';
export { checkAgents, isAgentConnected } from './agent-check.ts';
export { postForm } from './http-post.ts';
export { NODE_RED_END, processEnd, type ProcessEnd } from './process-end.ts';
export { processHub, processOutcomes, type ProcessHub, type ProcessOutcomes } from './process-wide.ts';
export { BODY_TIMEOUT_MS, readBody } from './read-body.ts';
export { connectWebSocket } from './ws-transport.ts';
