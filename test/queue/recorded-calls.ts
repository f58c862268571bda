import { open } from 'node:fs/promises';
import { objectFrom } from '../../hosts/guards.ts';

/** The record that the sink node writes for each call: the process and its execution. */
export interface RecordedCall {
  readonly uniqueId: string;
  readonly execution: number;
  readonly pid: number;
}

/** Reads the file to which the sink nodes of all processes append. */
export class RecordedCalls {
  readonly file: string;
  readonly all: RecordedCall[] = [];
  #offset = 0;

  constructor(file: string) {
    this.file = file;
  }

  /** Reads new records. @returns all calls so far, in the order of writing */
  async read(): Promise<readonly RecordedCall[]> {
    const handle = await open(this.file, 'a+');
    try {
      const { size } = await handle.stat();
      const buffer = Buffer.alloc(size - this.#offset);
      await handle.read(buffer, 0, buffer.length, this.#offset);
      // Leave an incomplete line for the next read.
      const whole = buffer.lastIndexOf('\n') + 1;
      this.#offset += whole;
      const lines = buffer.subarray(0, whole).toString('utf8').split('\n');
      for (const line of lines.filter((text) => text !== '')) this.all.push(recordedCall(line));
    } finally {
      await handle.close();
    }
    return this.all;
  }
}

function recordedCall(line: string): RecordedCall {
  const { id, execution, pid } = objectFrom(JSON.parse(line), 'a line of the sink');
  return { uniqueId: String(id), execution: Number(execution), pid: Number(pid) };
}
