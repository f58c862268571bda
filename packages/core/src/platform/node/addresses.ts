/**
 * Wait for one address of a host name before the next is tried, in milliseconds. Node's default of
 * 250 ms gives up addresses with a slow TCP handshake (a satellite connection, a lost packet), and
 * fails when the last address is unreachable. Two seconds allow for one repeated SYN, and limit the
 * cost of a dead first address.
 */
const ADDRESS_ATTEMPT_MS = 2_000;

/** Options for everything that opens a TCP connection. */
export const ADDRESS_OPTIONS = { autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS };
