import type { Simulator } from '@accolades-flow/simulator';
import { DEVICE, restUrl } from './telephony.ts';

/** A `dial` or `ping` that the REST API refuses, as the vendor documents it. */
export interface DocumentedError {
  readonly status: number;
  /** Our error code. */
  readonly code: string;
  /** A part of the text that the user sees. */
  readonly says: RegExp;
  /** Makes the simulator return this error, where the command alone does not cause it. */
  readonly arrange?: (simulator: Simulator) => void | Promise<void>;
  /** The difference from a valid command. */
  readonly command?: { readonly deviceId?: string };
  readonly account?: { readonly password?: string; readonly accountNumber?: string; readonly path?: string };
}

/** The vendor's table of errors. Each needs its own simulator. */
export const DOCUMENTED_ERRORS: readonly DocumentedError[] = [
  { status: 400, code: 'BAD_REQUEST', says: /device id and the phone number/, command: { deviceId: '9999' } },
  { status: 401, code: 'UNAUTHORIZED', says: /password is wrong/, account: { password: 'another-Passw0rd' } },
  {
    status: 401,
    code: 'UNAUTHORIZED',
    says: /account number is unknown/,
    account: { accountNumber: '100299' },
  },
  {
    status: 401,
    code: 'UNAUTHORIZED',
    says: /not active/,
    arrange: (simulator) => {
      simulator.telephony.setAccountActive('100200', false);
    },
  },
  {
    status: 403,
    code: 'FORBIDDEN',
    says: /administrator/,
    arrange: (simulator) => {
      simulator.telephony.configureRest({ failWith: 403 });
    },
  },
  {
    status: 403,
    code: 'IP_REJECTED',
    says: /blocked the public IP address/,
    arrange: async (simulator) => {
      simulator.telephony.configureRest({ maxInvalidRequests: 3 });
      await sendBadRequests(simulator, 3);
    },
  },
  { status: 404, code: 'COMMAND_NOT_FOUND', says: /no such command/, account: { path: '/elsewhere' } },
  {
    status: 413,
    code: 'COMMAND_TOO_LARGE',
    says: /too large/,
    arrange: (simulator) => {
      simulator.telephony.configureRest({ maxBodyBytes: 8 });
    },
  },
  {
    status: 500,
    code: 'SERVER_FAILURE',
    says: /Try again later/,
    arrange: (simulator) => {
      simulator.telephony.configureRest({ failWith: 500 });
    },
  },
];

/**
 * Sends invalid requests like another program on this machine, for which the address is blocked.
 */
export async function sendBadRequests(simulator: Simulator, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const body = new URLSearchParams({ password: 'nonsense', deviceId: DEVICE });
    await fetch(`${restUrl(simulator)}/1/dial/`, { method: 'POST', body });
  }
}
