import { DEFAULT_TIMINGS } from '../../session/contract.ts';

/**
 * How long one address of a server's name may take before the next one is tried, in milliseconds.
 * Node's default of 250 ms gives up an address whose TCP handshake is slower (a satellite link, a
 * lost packet), and fails for good when the last address cannot be reached. This is a share of the
 * connect deadline, so that four addresses can be tried.
 */
export const ADDRESS_ATTEMPT_MS = DEFAULT_TIMINGS.connectMs / 4;

/** For whatever opens a TCP connection. */
export const ADDRESS_OPTIONS = { autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS };
