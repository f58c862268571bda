/**
 * The endpoint's decision about a call at its maximum duration; `null`: the answer was not
 * understood.
 */
export type HangupDecision =
  { readonly decision: 'drop' } | { readonly decision: 'extend'; readonly seconds: number } | null;

/**
 * Reads the answer to `confirmHangup`. The real format is not published: for another format than
 * that of {@link parseHangupReply}, pass your own parser.
 */
export type HangupReplyParser = (body: string) => HangupDecision;

const LONGEST_EXTENSION_S = 86_400;

/**
 * Reads `{"action":"extend","duration":60}` and `{"action":"drop"}`, as JSON or form-encoded: the
 * default answers of the flows.
 */
export const parseHangupReply: HangupReplyParser = (body) => {
  const fields = readFields(body);
  const action = fields.get('action');
  if (action === 'drop') return { decision: 'drop' };
  const seconds = Number(fields.get('duration') ?? Number.NaN);
  if (action !== 'extend' || !Number.isInteger(seconds)) return null;
  return seconds >= 1 && seconds <= LONGEST_EXTENSION_S ? { decision: 'extend', seconds } : null;
};

function readFields(body: string): ReadonlyMap<string, unknown> {
  try {
    const data: unknown = JSON.parse(body);
    return new Map<string, unknown>(typeof data === 'object' && data !== null ? Object.entries(data) : []);
  } catch {
    return new Map<string, unknown>(new URLSearchParams(body));
  }
}
