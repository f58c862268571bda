import type { INodeParameters } from 'n8n-workflow';

type FieldOf = (parameters: INodeParameters) => string;

/**
 * Where n8n looks for functions that replace a webhook description's expressions. Versions before
 * 2.4x ignore it.
 */
const RESOLVERS = Symbol.for('n8n.webhookDescriptionResolvers');

/**
 * The fields of a webhook's description that depend on the node's parameters. n8n computes them for
 * each request: newer versions call the function; older ones evaluate an expression in a sandbox,
 * which takes milliseconds.
 *
 * @param fields n8n evaluates the text of these functions, so they must not use anything outside
 */
export function parameterFields(fields: { readonly path: FieldOf; readonly responseMode: FieldOf }) {
  const path = { template: expressionOf(fields.path), resolve: fields.path };
  const responseMode = { template: expressionOf(fields.responseMode), resolve: fields.responseMode };
  return {
    path: path.template,
    responseMode: responseMode.template,
    [RESOLVERS]: { path, responseMode },
  };
}

function expressionOf(field: FieldOf): string {
  return `={{(${field.toString()})($parameter)}}`;
}
