import { DEFAULT_TIMINGS } from '../../session/contract.ts';

/**
 * Wait for one address of a host name before the next is tried, in milliseconds. Node's default of
 * 250 ms gives up addresses with a slow TCP handshake (a satellite connection, a lost packet), and
 * fails when the last address is unreachable. A quarter of the connect deadline allows for four
 * addresses.
 */
const ADDRESS_ATTEMPT_MS = DEFAULT_TIMINGS.connectMs / 4;

/** Options for everything that opens a TCP connection. */
export const ADDRESS_OPTIONS = { autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS };
