import type { Simulator } from '@accolades-flow/simulator';
import { DEVICE, restUrl } from './telephony.ts';

/** A `dial` or `ping` that the REST API refuses, as the vendor documents it. */
export interface DocumentedError {
  readonly status: number;
  /** Ours. */
  readonly code: string;
  /** What the person is told, in part. */
  readonly says: RegExp;
  /** Brings the simulator to give this error, where that does not follow from what is sent. */
  readonly arrange?: (simulator: Simulator) => void | Promise<void>;
  /** What differs from a good command. */
  readonly command?: { readonly deviceId?: string };
  readonly account?: { readonly password?: string; readonly accountNumber?: string; readonly path?: string };
}

/** The vendor's table of errors. Each simulator is used for one of them. */
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

/** Another program on this machine that sends nonsense, for which the whole address is blocked. */
export async function sendBadRequests(simulator: Simulator, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const body = new URLSearchParams({ password: 'nonsense', deviceId: DEVICE });
    await fetch(`${restUrl(simulator)}/1/dial/`, { method: 'POST', body });
  }
}
