/** The result of a check. `unjudged`: it cannot be decided on this machine. */
export interface Finding {
  readonly kind: 'pass' | 'fail' | 'unjudged';
  readonly text: string;
}

export function pass(text: string): Finding {
  return { kind: 'pass', text };
}

export function fail(text: string): Finding {
  return { kind: 'fail', text };
}

export function unjudged(text: string): Finding {
  return { kind: 'unjudged', text };
}

/** One finding for a rule: passed when nothing offends, failed with what offends. */
export function none(rule: string, offences: readonly string[]): Finding {
  return offences.length === 0 ? pass(rule) : fail(`${rule}; but: ${offences.join(', ')}`);
}
