import { RE2JS } from 're2js';
import { notLinear, type NumberExpression } from './number-list.ts';

/**
 * Compiles an expression with a linear-time engine. JavaScript's own engine could take hours for
 * one number, and callers choose the numbers.
 * @throws AccoladesError `INVALID_PARAMETER`
 */
export function compileExpression({ source, flags, position }: NumberExpression): (text: string) => boolean {
  // The flags g and y make a match depend on the previous one; u and v have no effect here.
  const used = flags.replace(/[^ims]/g, '');
  try {
    const compiled = RE2JS.compile(used === '' ? source : `(?${used})${source}`);
    return (text) => compiled.matcher(text).find();
  } catch {
    throw notLinear(position);
  }
}
