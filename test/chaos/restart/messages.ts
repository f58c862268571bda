import { readFields, readNumber, readNumbers } from '../support/read.ts';

/** Messages of the server's process. */
export type ServerMessage =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'called'; readonly delivered: number }
  | {
      readonly kind: 'report';
      readonly sessions: number;
      readonly maxSessionsPerAgent: number;
      /** When connections were accepted, in milliseconds since 1970. */
      readonly connectTimes: readonly number[];
      /** The longest time for which this process did not check its sockets, in milliseconds. */
      readonly longestPauseMs: number;
    };

export function readServerMessage(message: unknown): ServerMessage {
  const fields = readFields(message);
  switch (fields['kind']) {
    case 'listening':
      return { kind: 'listening', port: readNumber(fields, 'port') };
    case 'called':
      return { kind: 'called', delivered: readNumber(fields, 'delivered') };
    case 'report':
      return {
        kind: 'report',
        sessions: readNumber(fields, 'sessions'),
        maxSessionsPerAgent: readNumber(fields, 'maxSessionsPerAgent'),
        connectTimes: readNumbers(fields, 'connectTimes'),
        longestPauseMs: readNumber(fields, 'longestPauseMs'),
      };
    default:
      throw new Error('This is nothing that the server says.');
  }
}

/** The agents of these tests, by number. */
export function agentKey(n: number): string {
  return `restart-agent-${n}`;
}

/** Reports of the process with the sessions. */
export interface HostReport {
  readonly ready: number;
  /** How many sessions have been lost so far. */
  readonly lost: number;
  readonly calls: number;
  readonly doubled: number;
  /** When connections were started, in milliseconds since 1970. */
  readonly dialTimes: readonly number[];
  readonly sockets: number;
  /** After garbage collection, in bytes; 0 when not requested. */
  readonly heap: number;
  /** Unhandled rejections and warnings. */
  readonly failures: number;
}

export function readHostReport(message: unknown): HostReport {
  const fields = readFields(message);
  return {
    ready: readNumber(fields, 'ready'),
    lost: readNumber(fields, 'lost'),
    calls: readNumber(fields, 'calls'),
    doubled: readNumber(fields, 'doubled'),
    dialTimes: readNumbers(fields, 'dialTimes'),
    sockets: readNumber(fields, 'sockets'),
    heap: readNumber(fields, 'heap'),
    failures: readNumber(fields, 'failures'),
  };
}
