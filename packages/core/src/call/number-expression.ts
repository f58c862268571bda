import { RE2JS } from 're2js';
import { notLinear, type NumberExpression } from './number-list.ts';

/**
 * Compiles an expression for an engine whose time grows with the length of the text alone. JavaScript's own engine can
 * take hours for one number: a caller chooses what is matched.
 * @throws AccoladesError `INVALID_PARAMETER`
 */
export function compileExpression({ source, flags, position }: NumberExpression): (text: string) => boolean {
  // The flags g and y would make a match depend on the one before; u and v change nothing here.
  const used = flags.replace(/[^ims]/g, '');
  try {
    const compiled = RE2JS.compile(used === '' ? source : `(?${used})${source}`);
    return (text) => compiled.matcher(text).find();
  } catch {
    throw notLinear(position);
  }
}
