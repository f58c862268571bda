/** Different Romanian numbers: mobile ones and those of Bucharest. */
export function phoneNumber(index: number): string {
  const digits = String(index % 1_000_000).padStart(6, '0');
  const block = Math.floor(index / 1_000_000) % 8;
  return index % 2 === 0 ? `072${2 + block}${digits}` : `0213${digits}`;
}

/** A call as the server announces it. */
export function callText(index: number): string {
  return `{"type":"incomingCall","phoneNumber":"${phoneNumber(index)}","uniqueId":"1608743891.${index}","callCenter":"${index % 3 === 0 ? 'no' : 'yes'}"}`;
}

/** A server's text frame of RFC 6455, unmasked; texts of up to 65,535 bytes. */
export function textFrame(text: string): Buffer {
  return frame(0x81, Buffer.from(text));
}

/** @param first the frame's first byte: FIN and opcode */
export function frame(first: number, payload: Buffer): Buffer {
  const { length } = payload;
  const header =
    length < 126 ? Buffer.from([first, length]) : Buffer.from([first, 126, length >> 8, length & 0xff]);
  return Buffer.concat([header, payload]);
}

/** Frames in sequence, sent repeatedly. */
export class FrameRing {
  readonly #bytes: Buffer;
  /** The start of each frame, and the end of the last one. */
  readonly #offsets: number[] = [0];

  /** @param count the number of calls, all with different numbers */
  constructor(count: number) {
    const frames = Array.from({ length: count }, (_, index) => textFrame(callText(index)));
    let end = 0;
    for (const { length } of frames) this.#offsets.push((end += length));
    this.#bytes = Buffer.concat(frames);
  }

  get length(): number {
    return this.#offsets.length - 1;
  }

  /** Up to `count` frames, starting with the `from`-th; fewer at the end of the ring. */
  slice(from: number, count: number): { bytes: Buffer; frames: number } {
    const first = from % this.length;
    const last = Math.min(this.length, first + count);
    return { bytes: this.#bytes.subarray(this.#offsets[first], this.#offsets[last]), frames: last - first };
  }
}
