import { invalidParameter } from '../../runtime/invalid-parameter.ts';

/** One variable of the dialog's list. */
export interface VariableRow {
  readonly name: string;
  /** With `type`, a typed input; a number or boolean where Node-RED replaced such a variable. */
  readonly value: string | number | boolean;
  readonly type: string;
}

/**
 * Reads the list of a reply node's settings.
 * @throws AccoladesError `INVALID_PARAMETER`
 */
export function readVariableRows(list: unknown): VariableRow[] {
  const entries: readonly unknown[] = Array.isArray(list) ? list : [];
  if (!Array.isArray(list)) throw invalidParameter('The variables must be a list.');
  return entries.map((entry) => {
    const { name, value, type } = { name: '', value: '', type: 'str', ...asObject(entry) };
    if (typeof name !== 'string' || !isLiteral(value) || typeof type !== 'string') {
      throw invalidParameter('Each variable of the list must have a name and a value.');
    }
    return { name: name.trim(), value, type };
  });
}

function asObject(entry: unknown): { name?: unknown; value?: unknown; type?: unknown } {
  if (typeof entry !== 'object' || entry === null)
    throw invalidParameter('Each variable of the list must have a name.');
  return entry;
}

function isLiteral(value: unknown): value is VariableRow['value'] {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
