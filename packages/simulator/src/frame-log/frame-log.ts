import { maskSecret, maskText } from '../masking.ts';

/** One frame of a connection, safe to show and to store. */
export interface FrameLogEntry {
  /** Milliseconds since 1970. */
  at: number;
  /** From the server's point of view: `in` came from the client. */
  direction: 'in' | 'out';
  kind: 'text' | 'binary' | 'close';
  /** The number of the connection. */
  connection: number;
  /** The agent's masked `idCrm`; `null` until a client has sent one. */
  agent: string | null;
  /** The agent's name; `null` for an unknown `idCrm`. */
  name: string | null;
  /** The length of the payload in bytes. */
  size: number;
  /**
   * The payload of a text frame, masked and cut to 4,000 characters; a description of any other.
   */
  text: string;
}

/** A frame as the connection passes it on. */
export interface RawFrame {
  direction: 'in' | 'out';
  kind: 'text' | 'binary' | 'close';
  connection: number;
  idCrm: string | null;
  name: string | null;
  payload: string | Buffer;
}

const LONGEST_TEXT = 4000;
/** Masks more text than is shown, so that a secret across the cut is found. */
const LONGEST_MASKED = LONGEST_TEXT + 1000;

/** Converts frames into log entries; does nothing without listeners. */
export class FrameLog {
  readonly #isHeard: () => boolean;
  readonly #emit: (entry: FrameLogEntry) => void;
  readonly #secrets: () => Iterable<string>;

  constructor(options: {
    isHeard: () => boolean;
    emit: (entry: FrameLogEntry) => void;
    secrets: () => Iterable<string>;
  }) {
    this.#isHeard = options.isHeard;
    this.#emit = options.emit;
    this.#secrets = options.secrets;
  }

  get active(): boolean {
    return this.#isHeard();
  }

  record(frame: RawFrame): void {
    if (!this.#isHeard()) return;
    const { payload, idCrm } = frame;
    const secrets = this.#secrets();
    this.#emit({
      at: Date.now(),
      direction: frame.direction,
      kind: frame.kind,
      connection: frame.connection,
      agent: idCrm === null ? null : maskSecret(idCrm),
      name: frame.name,
      size: Buffer.byteLength(payload),
      text: frame.kind === 'binary' ? '(binary data)' : describe(payload, idCrm, secrets),
    });
  }
}

function describe(payload: string | Buffer, idCrm: string | null, secrets: Iterable<string>): string {
  const start =
    typeof payload === 'string'
      ? payload.slice(0, LONGEST_MASKED)
      : payload.subarray(0, LONGEST_MASKED).toString('utf8');
  const text = maskText(start, withOwn(idCrm, secrets));
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}

/** The connection's own key first, because a client can send an unknown one. */
function* withOwn(idCrm: string | null, secrets: Iterable<string>): Generator<string> {
  if (idCrm !== null) yield idCrm;
  yield* secrets;
}
