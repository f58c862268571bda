import { AccoladesError } from '../errors.ts';

/** One agent as a person named it. The `idCrm` is a secret. */
export interface AgentCredential {
  readonly label: string;
  readonly idCrm: string;
}

/** Longer ones are a paste gone wrong, in characters. The documented sample has 10. */
const MAX_ID_CRM_CHARS = 128;
const MAX_LABEL_CHARS = 100;
/** The alphabet of an idCrm is not published (the sample is hexadecimal): any visible ASCII but what separates. */
const ID_CRM = /^[!#-&(-+\--:<>-~]+$/;
/** The form of the documented sample, which few names have. */
const SAMPLE_FORM = /^(?=.*\d)(?=.*[a-f])[0-9a-f]{8,}$/i;

/**
 * Reads the `idCrm` field of a credential: one agent, or several separated by commas or new lines, each `idCrm` or
 * `label=idCrm`. An agent without a label is called `agent 1`, `agent 2` … by its place.
 *
 * @param name what a person called the credential: the label of an agent that is alone in it and has none of its own. Empty (the
 *   default): `agent 1`. What is over 100 characters is left out.
 * @throws AccoladesError `INVALID_CREDENTIAL`, saying which entry is wrong; the message holds no idCrm.
 */
export function parseAgentList(text: unknown, name = ''): AgentCredential[] {
  if (typeof text !== 'string') throw invalid('The idCrm must be text.');
  const entries = text
    .split(/[,\r\n]+/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (entries.length === 0) {
    throw invalid('No idCrm is given. It is shown in the Accolades web page under PHONE, External CRM.');
  }
  const nameOfOne =
    entries.length === 1 ? Array.from(name.trim()).slice(0, MAX_LABEL_CHARS).join('').trim() : '';
  const agents = entries.map((entry, index) => parseEntry(entry, index + 1, nameOfOne));
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

function parseEntry(entry: string, place: number, name: string): AgentCredential {
  const equals = entry.indexOf('=');
  const label = equals < 0 ? name || `agent ${place}` : entry.slice(0, equals).trim();
  const idCrm = entry.slice(equals + 1).trim();
  const which = `Entry ${place} of the idCrm list`;
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
    // As a label the secret would be in every message and log line.
    throw invalid(`${which} seems to be the wrong way round. Write the name first: label=idCrm.`);
  }
  if (/\s/.test(idCrm)) {
    // A line break that is pasted into a field of one line becomes a space.
    throw invalid(
      `${which} has a space inside. Separate agents by commas, also where a list that was pasted had one agent on each line.`,
    );
  }
  if (!ID_CRM.test(idCrm)) {
    throw invalid(`${which} has a character that no idCrm has (quotes, “;”, “=” or an accented letter).`);
  }
  return { label, idCrm };
}

function invalid(what: string): AccoladesError {
  return new AccoladesError('INVALID_CREDENTIAL', { what });
}
