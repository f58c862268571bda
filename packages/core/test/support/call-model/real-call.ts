/** The real events of a call, some of which Accolades posts. Times are seconds from its start. */
export interface Fact {
  readonly at: number;
  readonly phone: PhoneName;
  readonly what: 'rings' | 'dials' | 'answers' | 'asksForMore' | 'ends';
}

/** A, B and C post notifications; S never does; M is a mailbox that answers for a phone. */
export type PhoneName = 'A' | 'B' | 'C' | 'S' | 'M';

export interface RealCall {
  readonly facts: readonly Fact[];
  readonly direction: 'incoming' | 'outgoing';
  /** What the other side's number is to the phones. */
  readonly number: string;
  /** Whether a person answered it, in truth. */
  readonly isAnswered: boolean;
  readonly callCenter?: boolean;
  /** The phone through which this process dialled it by click-to-call. */
  readonly dialledBy?: PhoneName;
  /** Phones without a session in this process. */
  readonly withoutSession?: readonly PhoneName[];
  /** Seconds after the start of the history. */
  readonly startsAt?: number;
}

/** Random durations of a history, in seconds. */
export interface Durations {
  /** Until a ring is answered or given up, 1 to 40. */
  readonly ring: number;
  /** Between two rings of a queue, 0 to 45. */
  readonly wait: number;
  /** A conversation, 1 to 5,000. */
  readonly talk: number;
}

const CALLER = '0722000111';
const CALLEE = '0211234567';
const EXTENSION = '101';

const fact = (at: number, phone: PhoneName, what: Fact['what']): Fact => ({ at, phone, what });
const rings = (at: number, ...phones: PhoneName[]): Fact[] => phones.map((phone) => fact(at, phone, 'rings'));
const ends = (at: number, ...phones: PhoneName[]): Fact[] => phones.map((phone) => fact(at, phone, 'ends'));
const answers = (at: number, phone: PhoneName): Fact => fact(at, phone, 'answers');

function incoming(facts: Fact[], isAnswered: boolean, more: Partial<RealCall> = {}): RealCall {
  return { facts, direction: 'incoming', number: CALLER, isAnswered, ...more };
}

function outgoing(facts: Fact[], isAnswered: boolean, more: Partial<RealCall> = {}): RealCall {
  return { facts, direction: 'outgoing', number: CALLEE, isAnswered, ...more };
}

/** The kinds of calls of a small company. */
export const KINDS: Readonly<Record<string, (durations: Durations) => readonly RealCall[]>> = {
  'direct, answered': ({ ring: r, talk }) => [
    incoming([...rings(0, 'A'), answers(r, 'A'), ...ends(r + talk, 'A')], true),
  ],
  'direct, missed': ({ ring: r }) => [incoming([...rings(0, 'A'), ...ends(r, 'A')], false)],
  'direct, hidden number, answered': ({ ring: r, talk }) => [
    incoming([...rings(0, 'A'), answers(r, 'A'), ...ends(r + talk, 'A')], true, { number: 'anonymous' }),
  ],
  'direct, hidden number, missed': ({ ring: r }) => [
    incoming([...rings(0, 'A'), ...ends(r, 'A')], false, { number: 'anonymous' }),
  ],
  'ring all, answered': ({ ring: r, talk }) => [
    incoming(
      [...rings(0, 'A', 'B', 'C'), answers(r, 'B'), ...ends(r + 0.2, 'A', 'C'), ...ends(r + talk, 'B')],
      true,
      { callCenter: true },
    ),
  ],
  'ring all, missed': ({ ring: r }) => [
    incoming([...rings(0, 'A', 'B', 'C'), ...ends(r, 'A', 'B', 'C')], false, { callCenter: true }),
  ],
  'hunt, answered by the second': ({ ring: r, talk }) => [
    incoming(
      [...rings(0, 'A'), ...ends(r, 'A'), ...rings(r, 'B'), answers(r + 5, 'B'), ...ends(r + 5 + talk, 'B')],
      true,
      { callCenter: true },
    ),
  ],
  'hunt, missed': ({ ring: r }) => [
    incoming([...rings(0, 'A'), ...ends(r, 'A'), ...rings(r, 'B'), ...ends(2 * r, 'B')], false, {
      callCenter: true,
    }),
  ],
  'same phone again, answered': ({ ring: r, wait, talk }) => [
    incoming(
      [
        ...rings(0, 'A'),
        ...ends(r, 'A'),
        ...rings(r + wait, 'A'),
        answers(r + wait + 6, 'A'),
        ...ends(r + wait + 6 + talk, 'A'),
      ],
      true,
      { callCenter: true },
    ),
  ],
  'same phone again, missed': ({ ring: r, wait }) => [
    incoming(
      [...rings(0, 'A'), ...ends(r, 'A'), ...rings(r + wait, 'A'), ...ends(2 * r + wait, 'A')],
      false,
      {
        callCenter: true,
      },
    ),
  ],
  'queue with waits, answered': ({ ring: r, wait, talk }) => [
    incoming(
      [
        ...rings(20, 'A'),
        ...ends(20 + r, 'A'),
        ...rings(20 + r + wait, 'B'),
        ...ends(20 + 2 * r + wait, 'B'),
        ...rings(20 + 2 * (r + wait), 'C'),
        answers(24 + 2 * (r + wait), 'C'),
        ...ends(24 + 2 * (r + wait) + talk, 'C'),
      ],
      true,
      { callCenter: true },
    ),
  ],
  'queue with waits, missed': ({ ring: r, wait }) => [
    incoming(
      [
        ...rings(20, 'A'),
        ...ends(20 + r, 'A'),
        ...rings(20 + r + wait, 'B'),
        ...ends(20 + 2 * r + wait, 'B'),
      ],
      false,
      { callCenter: true },
    ),
  ],
  'campaign, answered': ({ ring: r, talk }) => [
    outgoing([fact(0, 'A', 'dials'), answers(r, 'A'), ...ends(r + talk, 'A')], true, { callCenter: true }),
  ],
  'internal, answered': ({ ring: r, talk }) => [
    incoming([fact(0, 'A', 'dials'), ...rings(0, 'B'), answers(r, 'B'), ...ends(r + talk, 'B', 'A')], true, {
      number: EXTENSION,
    }),
  ],
  'internal, not answered': ({ ring: r }) => [
    incoming([fact(0, 'A', 'dials'), ...rings(0, 'B'), ...ends(r, 'B', 'A')], false, { number: EXTENSION }),
  ],
  'outgoing, answered': ({ ring: r, talk }) => [
    outgoing([fact(0, 'A', 'dials'), answers(r, 'A'), ...ends(r + talk, 'A')], true),
  ],
  'outgoing, not answered': ({ ring: r }) => [outgoing([fact(0, 'A', 'dials'), ...ends(r, 'A')], false)],
  'outgoing, busy': () => [outgoing([fact(0, 'A', 'dials'), ...ends(1, 'A')], false)],
  'blind transfer, answered': ({ ring: r, talk }) => [
    incoming(
      [
        ...rings(0, 'A'),
        answers(r, 'A'),
        ...ends(r + 20, 'A'),
        ...rings(r + 20, 'B'),
        answers(r + 28, 'B'),
        ...ends(r + 28 + talk, 'B'),
      ],
      true,
    ),
  ],
  'blind transfer, refused': ({ ring: r }) => [
    incoming(
      [...rings(0, 'A'), answers(r, 'A'), ...ends(r + 20, 'A'), ...rings(r + 20, 'B'), ...ends(r + 45, 'B')],
      true,
    ),
  ],
  'attended transfer, answered': ({ ring: r, talk }) => [
    incoming(
      [
        ...rings(0, 'A'),
        answers(r, 'A'),
        ...rings(r + 20, 'B'),
        answers(r + 25, 'B'),
        ...ends(r + 30, 'A'),
        ...ends(r + 30 + talk, 'B'),
      ],
      true,
    ),
  ],
  'attended transfer, refused': ({ ring: r, talk }) => [
    incoming(
      [
        ...rings(0, 'A'),
        answers(r, 'A'),
        ...rings(r + 20, 'B'),
        ...ends(r + 35, 'B'),
        ...ends(r + 40 + talk, 'A'),
      ],
      true,
    ),
  ],
  'picked up by a phone that never reports': ({ ring: r, talk }) => [
    incoming([...rings(0, 'A', 'S'), answers(r, 'S'), ...ends(r + 0.2, 'A'), ...ends(r + talk, 'S')], true),
  ],
  'picked up by a phone that never reports and has no session': ({ ring: r, talk }) => [
    incoming([...rings(0, 'A', 'S'), answers(r, 'S'), ...ends(r + 0.2, 'A'), ...ends(r + talk, 'S')], true, {
      withoutSession: ['S'],
    }),
  ],
  'answered by a mailbox': ({ ring: r, talk }) => [
    incoming([...rings(0, 'A'), ...ends(r, 'A'), answers(r + 1, 'M'), ...ends(r + 1 + talk, 'M')], false),
  ],
  'click-to-call, answered': ({ ring: r, talk }) => [
    outgoing(
      [answers(3, 'A'), fact(3, 'A', 'dials'), answers(3 + r, 'B'), ...ends(3 + r + talk, 'A', 'B')],
      true,
      { dialledBy: 'A', withoutSession: ['B'] },
    ),
  ],
  'click-to-call, not answered': ({ ring: r }) => [
    outgoing([answers(3, 'A'), fact(3, 'A', 'dials'), ...ends(3 + r, 'A')], false, { dialledBy: 'A' }),
  ],
  'missed, then calls again': ({ ring: r, talk }) => [
    incoming([...rings(0, 'A'), ...ends(r, 'A')], false),
    incoming([...rings(0, 'A'), answers(4, 'A'), ...ends(4 + talk, 'A')], true, { startsAt: r + 15 }),
  ],
  'second call while talking': ({ ring: r, talk }) => [
    incoming([...rings(0, 'A'), answers(3, 'A'), ...ends(60 + talk, 'A')], true),
    incoming([...rings(0, 'A'), ...ends(r, 'A')], false, { startsAt: 10, number: CALLEE }),
  ],
  'hang-up confirmation': ({ ring: r, talk }) => [
    incoming(
      [...rings(0, 'A'), answers(r, 'A'), fact(r + talk, 'A', 'asksForMore'), ...ends(r + talk + 30, 'A')],
      true,
    ),
  ],
};

/** Nothing that is posted, and nothing that a session sees, tells these from a missed call. */
export const INDISTINGUISHABLE: ReadonlySet<string> = new Set([
  'picked up by a phone that never reports and has no session',
]);
