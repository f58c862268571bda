import type { ServerResponse } from 'node:http';
import type { FrameLogEntry } from '../frame-log/frame-log.ts';
import type { PlacedCall } from '../pbx/call.ts';
import type { Simulator } from '../simulator.ts';
import type { SimulatorEvents } from '../simulator-events.ts';
import { callView, consoleState } from './console-state.ts';
import type { CallView, ConsoleState } from './console-state.ts';

/** How many frames a newly opened page receives. */
const FRAMES_KEPT = 300;
const CALLS_KEPT = 12;
/** A page receives at most this many frames per update; at a high rate the rest is only counted. */
const FRAMES_PER_BATCH = 200;
const BATCH_MS = 120;
const KEEP_ALIVE_MS = 15_000;
/** A page with more unread bytes than this receives nothing until it has caught up. */
const MAX_BACKLOG = 4 * 1024 * 1024;

/**
 * Updates the open pages with server-sent events: `state` with everything except the frames, and
 * `frames` with `{ entries, skipped }`. Changes are batched, so that a high call rate does not
 * cause a high update rate.
 */
export class LiveUpdates {
  readonly #simulator: Simulator;
  readonly #pages = new Set<ServerResponse>();
  readonly #frames: FrameLogEntry[] = [];
  readonly #calls: CallView[] = [];
  #batch: FrameLogEntry[] = [];
  #skipped = 0;
  #stateChanged = false;
  #batchTimer: NodeJS.Timeout | undefined;
  #keepAliveTimer: NodeJS.Timeout | undefined;
  readonly #onFrame = (entry: FrameLogEntry): void => {
    this.#addFrame(entry);
  };
  readonly #onCall = (call: PlacedCall): void => {
    this.#calls.unshift(callView(this.#simulator, call));
    this.#calls.length = Math.min(this.#calls.length, CALLS_KEPT);
    this.#changed();
  };
  readonly #onChange = (): void => {
    this.#changed();
  };

  constructor(simulator: Simulator) {
    this.#simulator = simulator;
    simulator.on('frame', this.#onFrame);
    simulator.on('call', this.#onCall);
    for (const event of CHANGES) simulator.on(event, this.#onChange);
  }

  state(): ConsoleState {
    return consoleState(this.#simulator, this.#calls);
  }

  /** Takes over a response and sends updates until the page closes. */
  open(response: ServerResponse): void {
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    response.write('retry: 1000\n\n');
    response.write(eventText('state', this.state()));
    response.write(eventText('frames', { entries: this.#frames, skipped: 0 }));
    this.#pages.add(response);
    response.on('close', () => {
      this.#pages.delete(response);
      if (this.#pages.size === 0) this.#stopTimers();
    });
    this.#keepAliveTimer ??= setInterval(() => {
      this.#send(': still here\n\n');
    }, KEEP_ALIVE_MS);
  }

  close(): void {
    this.#simulator.off('frame', this.#onFrame);
    this.#simulator.off('call', this.#onCall);
    for (const event of CHANGES) this.#simulator.off(event, this.#onChange);
    this.#stopTimers();
    for (const page of this.#pages) page.end();
    this.#pages.clear();
  }

  #addFrame(entry: FrameLogEntry): void {
    this.#frames.push(entry);
    // Trimmed occasionally, not for every frame.
    if (this.#frames.length > 2 * FRAMES_KEPT) this.#frames.splice(0, FRAMES_KEPT);
    if (this.#pages.size === 0) return;
    if (this.#batch.length < FRAMES_PER_BATCH) this.#batch.push(entry);
    else this.#skipped += 1;
    // The page's counters have changed, too.
    this.#changed();
  }

  #changed(): void {
    if (this.#pages.size === 0) return;
    this.#stateChanged = true;
    this.#batchTimer ??= setTimeout(() => {
      this.#flush();
    }, BATCH_MS);
  }

  #flush(): void {
    this.#batchTimer = undefined;
    if (this.#batch.length > 0) {
      this.#send(eventText('frames', { entries: this.#batch, skipped: this.#skipped }));
      this.#batch = [];
      this.#skipped = 0;
    }
    if (this.#stateChanged) this.#send(eventText('state', this.state()));
    this.#stateChanged = false;
  }

  #send(text: string): void {
    for (const page of this.#pages) {
      if (page.writableLength < MAX_BACKLOG) page.write(text);
    }
  }

  #stopTimers(): void {
    clearTimeout(this.#batchTimer);
    clearInterval(this.#keepAliveTimer);
    this.#batchTimer = undefined;
    this.#keepAliveTimer = undefined;
    this.#batch = [];
    this.#skipped = 0;
    this.#stateChanged = false;
  }
}

const CHANGES: readonly (keyof SimulatorEvents)[] = [
  'session',
  'agent',
  'settings',
  'callLife',
  'restRequest',
];

function eventText(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
