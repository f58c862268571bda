import { AccoladesError } from '../errors.ts';
import { hideSecrets } from '../json/mask.ts';
import { shownText } from '../text/shown-text.ts';
import { withoutInvisible, withoutPastedEnds } from '../text/pasted-text.ts';

/** One agent of a credential. The `idCrm` is a secret. */
export interface AgentCredential {
  readonly label: string;
  readonly idCrm: string;
}

/**
 * Shorter and longer values are typing or pasting errors, in characters. The vendor's sample has
 * 10.
 */
const MIN_ID_CRM_CHARS = 4;
const MAX_ID_CRM_CHARS = 128;
const MAX_LABEL_CHARS = 100;
/** In lists of up to this length the number of an entry is enough to find it. */
const MAX_COUNTED = 5;
/**
 * Longest part of an entry in an error, in characters. Of an entry without a label only the first
 * letters are shown, because the entry may be a secret.
 */
const SHOWN_LABEL_CHARS = 30;
const SHOWN_LETTERS = 3;
const MIN_ENTRY_TO_SHOW = 8;
/**
 * The characters of an idCrm are not published (the sample is hexadecimal): accept all visible
 * ASCII but separators.
 */
const ID_CRM = /^[!#-&(-+\--:<>-~]+$/;
/** The form of the vendor's sample. Names rarely look like it. */
const SAMPLE_FORM = /^(?=.*\d)(?=.*[a-f])[0-9a-f]{8,}$/i;

/**
 * Parses the `idCrm` field of a credential: one agent, or several separated by commas or new lines,
 * each `idCrm` or `label=idCrm`. Agents without a label are called `agent 1`, `agent 2` … by
 * position.
 *
 * @param name the name of the credential, cut at 100 characters: the label of a single agent
 *   without a label. Empty (the default): `agent 1`.
 * @throws AccoladesError `INVALID_CREDENTIAL`, with the number of the wrong entry and no idCrm
 */
export function parseAgentList(text: unknown, name = ''): AgentCredential[] {
  if (typeof text !== 'string') throw invalid('The idCrm must be text.');
  const entries = text
    .split(/[,\r\n]+/)
    .map(withoutPastedEnds)
    .filter((entry) => entry !== '');
  if (entries.length === 0) {
    throw invalid('No idCrm is given. It is shown in the Accolades web page under PHONE, External CRM.');
  }
  const nameOfOne =
    entries.length === 1 ? Array.from(withoutPastedEnds(name)).slice(0, MAX_LABEL_CHARS).join('').trim() : '';
  const agents = entries.map((entry, index) =>
    parseEntry(entry, index + 1, nameOfOne, entries.length > MAX_COUNTED),
  );
  const byIdCrm = new Map<string, string>();
  const labels = new Set<string>();
  for (const { idCrm, label } of agents) {
    const other = byIdCrm.get(idCrm);
    if (other !== undefined)
      throw invalid(`“${other}” and “${label}” have the same idCrm. Remove one of them.`);
    if (labels.has(label)) throw invalid(`Two agents are called “${label}”. Give each a name of its own.`);
    byIdCrm.set(idCrm, label);
    labels.add(label);
  }
  return agents;
}

function parseEntry(entry: string, place: number, name: string, isLong: boolean): AgentCredential {
  const equals = entry.indexOf('=');
  const label = equals < 0 ? name || `agent ${place}` : withoutPastedEnds(entry.slice(0, equals));
  const idCrm = withoutInvisible(entry.slice(equals + 1));
  const hint = isLong ? hintOf(equals < 0 ? '' : label, entry) : '';
  const which = `Entry ${place} of the idCrm list${hint}`;
  if (label === '')
    throw invalid(`${which} has nothing before its “=”. Write label=idCrm, or the idCrm alone.`);
  if (label.length > MAX_LABEL_CHARS)
    throw invalid(`${which} has a label of over ${MAX_LABEL_CHARS} characters.`);
  if (idCrm === '')
    throw invalid(`${which} has nothing after its “=”. Write label=idCrm, or the idCrm alone.`);
  if (idCrm.length > MAX_ID_CRM_CHARS) {
    throw invalid(`${which} is longer than ${MAX_ID_CRM_CHARS} characters; an idCrm looks like f8cb5….`);
  }
  if (equals >= 0 && SAMPLE_FORM.test(label) && !SAMPLE_FORM.test(idCrm)) {
    // Reject it, because labels appear in every message and log line.
    throw invalid(`${which} seems to be the wrong way round. Write the name first: label=idCrm.`);
  }
  const problem = problemOf(idCrm, equals >= 0);
  if (problem !== null) throw invalid(`${which} ${problem}`);
  return hideSecrets({ label, idCrm }, 'idCrm');
}

/**
 * Returns a hint to find an entry of a long list: its label, or its first letters if the label may
 * be a secret. Empty when neither may be shown.
 */
function hintOf(label: string, entry: string): string {
  const start = Array.from(entry).slice(0, SHOWN_LETTERS).join('');
  if (label !== '' && !SAMPLE_FORM.test(label)) return ` (“${shownText(label, SHOWN_LABEL_CHARS)}”)`;
  return entry.length < MIN_ENTRY_TO_SHOW ? '' : ` (it begins with “${shownText(start)}”)`;
}

/**
 * Returns the problem of an idCrm, to follow “Entry 1 of the idCrm list”. Null when it is valid.
 */
function problemOf(idCrm: string, hasLabel: boolean): string | null {
  if (idCrm.includes('://')) {
    return 'is an address, not an idCrm. An idCrm looks like f8cb5…; the address of the server has a field of its own.';
  }
  if (idCrm.includes(';')) return 'has a “;”. Separate agents by commas or new lines.';
  if (/\s/.test(idCrm)) {
    const words = idCrm.split(/\s+/);
    if (!hasLabel && SAMPLE_FORM.test(words.at(-1) ?? '') && !words.slice(0, -1).some(isOfSampleForm)) {
      return 'has a name and an idCrm with a space between them. Write an equals sign: label=idCrm.';
    }
    // Single-line fields turn pasted line breaks into spaces.
    return 'has a space inside. Separate agents by commas, also where a list that was pasted had one agent on each line.';
  }
  if (!ID_CRM.test(idCrm)) return 'has a character that no idCrm has (quotes, “=” or an accented letter).';
  if (idCrm.length < MIN_ID_CRM_CHARS) {
    return `is shorter than ${MIN_ID_CRM_CHARS} characters; an idCrm looks like f8cb5…. Paste it again.`;
  }
  return null;
}

function isOfSampleForm(word: string): boolean {
  return SAMPLE_FORM.test(word);
}

function invalid(what: string): AccoladesError {
  return new AccoladesError('INVALID_CREDENTIAL', { what });
}
