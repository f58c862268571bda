/** Finding a caller in 100,000 contacts, compared with a loop that compares every number. */
import { ContactIndex } from '@accolades-flow/core';
import { systemClock } from '@accolades-flow/core/node';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { runBenchmark } from './support/benchmark.ts';
import { ratioOf } from './support/rounds.ts';
import { median } from './support/statistics.ts';

const CONTACTS = 100_000;

interface Contact {
  readonly id: number;
  readonly name: string;
  readonly phone: string;
  readonly mobile: string;
}

await runBenchmark(
  'contacts',
  `finding a caller in ${CONTACTS.toLocaleString('en')} contacts with two numbers each, in six forms`,
  async ({ quick, progress }) => {
    const contacts = Array.from({ length: CONTACTS }, (_, id) => contactOf(id));
    const rounds = quick ? 2 : 5;
    const build: number[] = [];
    const blocked: number[] = [];
    const busy: number[] = [];
    const answers: number[] = [];
    const loops: number[] = [];
    for (let round = 0; round < rounds; round++) {
      progress(`round ${round + 1}`);
      const built = await measureBuild(contacts);
      build.push(built.ms);
      blocked.push(built.blockedMs);
      busy.push(built.busyMs);
      answers.push(answerMicros(built.index, round));
      loops.push(loopMicros(contacts, mobileOf(round * 7_919)));
    }
    return {
      series: [
        { label: 'building the index', unit: 'ms', values: build },
        { label: 'longest turn of the event loop', unit: 'ms', values: blocked },
        { label: 'most processor time in one turn', unit: 'ms', values: busy },
        { label: 'an answer to a new caller', unit: 'µs', values: answers },
        { label: 'a loop that parses and compares every number', unit: 'µs', values: loops },
      ],
      verdicts: [
        {
          label: 'longest turn of the event loop',
          unit: 'ms',
          value: median(blocked),
          rounds: blocked,
          target: { at: 'most', value: 50 },
        },
        {
          label: 'an answer to a new caller',
          unit: 'µs',
          value: median(answers),
          rounds: answers,
          target: { at: 'most', value: 100 },
        },
        {
          label: 'answer ÷ loop',
          unit: '×',
          ...ratioOf(answers, loops),
          target: { at: 'most', value: 0.001 },
        },
        {
          label: 'building ÷ one loop',
          unit: '×',
          ...ratioOf(
            build.map((ms) => ms * 1_000),
            loops,
          ),
        },
      ],
    };
  },
);

interface Built {
  readonly index: ContactIndex;
  readonly ms: number;
  /** The longest turn of the event loop, and the most processor time in one turn. */
  readonly blockedMs: number;
  readonly busyMs: number;
}

async function measureBuild(contacts: readonly Contact[]): Promise<Built> {
  let [blockedMs, busyMs, building] = [0, 0, true];
  let [turnAt, cpuAt] = [performance.now(), process.threadCpuUsage()];
  const turn = (): void => {
    const cpu = process.threadCpuUsage(cpuAt);
    blockedMs = Math.max(blockedMs, performance.now() - turnAt);
    busyMs = Math.max(busyMs, (cpu.user + cpu.system) / 1_000);
    [turnAt, cpuAt] = [performance.now(), process.threadCpuUsage()];
    if (building) setImmediate(turn);
  };
  setImmediate(turn);
  const startedAt = performance.now();
  const index = await ContactIndex.build(contacts, { clock: systemClock });
  const ms = performance.now() - startedAt;
  building = false;
  await new Promise((resolve) => setImmediate(resolve));
  return { index, ms, blockedMs, busyMs };
}

/** Each caller is new, so that none is remembered. */
function answerMicros(index: ContactIndex, round: number): number {
  const callers = Array.from({ length: 10_000 }, (_, id) => mobileOf(round * 10_000 + id));
  const startedAt = performance.now();
  for (const caller of callers) {
    if (index.find(caller).match !== 'exact') throw new Error(`${caller} was not found.`);
  }
  return ((performance.now() - startedAt) * 1_000) / callers.length;
}

/** What a flow does without an index, as with libphonenumber's isNumberMatch. */
function loopMicros(contacts: readonly Contact[], caller: string): number {
  const startedAt = performance.now();
  const wanted = parsePhoneNumberFromString(caller, 'RO');
  if (wanted === undefined) throw new Error(`${caller} is no number.`);
  const found = contacts.filter(({ phone, mobile }) =>
    [phone, mobile].some((number) => parsePhoneNumberFromString(number, 'RO')?.isEqual(wanted) === true),
  );
  if (found.length !== 1) throw new Error(`${found.length} contacts have ${caller}.`);
  return (performance.now() - startedAt) * 1_000;
}

function contactOf(id: number): Contact {
  return {
    id,
    name: `Contact ${id}`,
    phone: inForm(`021${String(2_000_000 + id * 37).slice(0, 7)}`, id),
    mobile: inForm(mobileOf(id), id + 3),
  };
}

function mobileOf(id: number): string {
  return `07${20_000_000 + id * 61}`;
}

function inForm(number: string, form: number): string {
  switch (form % 6) {
    case 0:
      return number;
    case 1:
      return number.replace(/(\d{4})(\d{3})/, '$1 $2 ');
    case 2:
      return `+4${number}`;
    case 3:
      return `004${number}`;
    case 4:
      return number.slice(1);
    default:
      return number.replace(/(\d{4})(\d{3})/, '$1.$2.');
  }
}
