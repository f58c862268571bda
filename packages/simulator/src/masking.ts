/** Keeps an agent's key (its `idCrm`) out of everything that people read. */

const HIDDEN = '•••';

/**
 * Shows the first and last two characters of a secret; hides a secret of fewer than 8 characters.
 */
export function maskSecret(secret: string): string {
  const characters = Array.from(secret);
  if (characters.length < 8) return HIDDEN;
  return `${characters.slice(0, 2).join('')}…${characters.slice(-2).join('')}`;
}

/** An `idCrm` as a property, also in text that is almost JSON. */
const ID_CRM_PROPERTY = /(idCrm["']?\s*[:=]\s*)(?:"((?:[^"\\]|\\.)*)"?|'([^']*)'?|([^\s,}"']+))/gi;

/** Shorter secrets occur in ordinary text by chance, so they are masked only as a property. */
const SHORTEST_SECRET_TO_SEARCH = 4;

/** Masks every `idCrm` property of a text, and every occurrence of the known secrets. */
export function maskText(text: string, secrets: Iterable<string>): string {
  let masked = text.replace(
    ID_CRM_PROPERTY,
    (_match, prefix: string, double?: string, single?: string, bare?: string) =>
      `${prefix}"${maskSecret(double ?? single ?? bare ?? '')}"`,
  );
  for (const secret of secrets) {
    if (secret.length < SHORTEST_SECRET_TO_SEARCH) continue;
    if (masked.includes(secret)) masked = masked.replaceAll(secret, maskSecret(secret));
    const escaped = JSON.stringify(secret).slice(1, -1);
    if (escaped !== secret && masked.includes(escaped))
      masked = masked.replaceAll(escaped, maskSecret(secret));
  }
  return masked;
}
