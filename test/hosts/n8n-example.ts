import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { NodeHelpers, type INode, type INodeParameters, type INodeTypeDescription } from 'n8n-workflow';
import { isObject, objectFrom, parseJson, type JsonObject } from '../../hosts/guards.ts';
import type { N8nWorkflowInput, N8nWorkflowNode } from '../../hosts/n8n/client.ts';
import { root } from '../../scripts/paths.ts';

export const EXAMPLES = path.join(root, 'examples/n8n');

/** Reads an example from its file. @param change edits that a user makes after the import */
export async function readExample(name: string, change = (text: string) => text): Promise<N8nWorkflowInput> {
  const data = objectFrom(parseJson(change(await readFile(path.join(EXAMPLES, name), 'utf8')), name), name);
  const { nodes, connections } = data;
  if (!Array.isArray(nodes) || !isObject(connections)) throw new Error(`${name} is no workflow`);
  return {
    name: typeof data['name'] === 'string' ? data['name'] : '',
    connections,
    nodes: nodes.map((entry: unknown) => {
      const { id, name: label, type, typeVersion, parameters, ...rest } = objectFrom(entry, name);
      if (typeof id !== 'string' || typeof label !== 'string' || typeof type !== 'string') {
        throw new Error(`${name}: a node is incomplete`);
      }
      return {
        ...rest,
        id,
        name: label,
        type,
        typeVersion: Number(typeVersion),
        position: [0, 0],
        parameters: objectFrom(parameters, name),
      };
    }),
  };
}

/** n8n's descriptions of its nodes, by full name and version. */
export class NodeDescriptions {
  readonly #descriptions = new Map<string, INodeTypeDescription[]>();

  constructor(types: readonly { readonly name: string; readonly description: JsonObject }[]) {
    for (const { name, description } of types) {
      this.#descriptions.set(name, [...(this.#descriptions.get(name) ?? []), asDescription(description)]);
    }
  }

  of({ name, type, typeVersion }: N8nWorkflowNode): INodeTypeDescription {
    const found = this.#descriptions.get(type)?.find(({ version }) => [version].flat().includes(typeVersion));
    if (found === undefined) throw new Error(`${name}: there is no node ${type} ${typeVersion}`);
    return found;
  }

  /** The credential type that a node with these parameters needs; null: none. */
  credentialTypeOf(node: N8nWorkflowNode): string | null {
    const description = this.of(node);
    const defaults = NodeHelpers.getNodeParameters(
      description.properties,
      asNode(node).parameters,
      true,
      false,
      asNode(node),
      description,
    );
    const used = description.credentials?.find(({ displayOptions }) =>
      Object.entries(displayOptions?.show ?? {}).every(([parameter, allowed]) =>
        allowed?.some((value) => value === defaults?.[parameter]),
      ),
    );
    return used?.name ?? null;
  }

  /** Checks that the node shows every set parameter, and accepts its value. */
  check(where: string, node: N8nWorkflowNode): void {
    const description = this.of(node);
    const { properties } = description;
    const given = asNode(node);
    const complete = NodeHelpers.getNodeParameters(
      properties,
      given.parameters,
      true,
      false,
      given,
      description,
    );
    expectContained(where, given.parameters, complete ?? {});
    const issues = NodeHelpers.getNodeParametersIssues(properties, given, description);
    expect(issues?.parameters ?? {}, where).to.deep.equal({});
  }
}

/** The names of all nodes that connections lead to. */
export function targetsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(targetsOf);
  if (!isObject(value)) return [];
  const { node } = value;
  return typeof node === 'string' ? [node] : Object.values(value).flatMap(targetsOf);
}

function expectContained(where: string, given: unknown, known: unknown): void {
  if (Array.isArray(given)) {
    given.forEach((entry: unknown, index) => {
      expectContained(`${where}[${index}]`, entry, Array.isArray(known) ? known[index] : undefined);
    });
  } else if (isObject(given)) {
    for (const [name, value] of Object.entries(given)) {
      const inner = isObject(known) ? known[name] : undefined;
      expect(inner, `${where}: ${name} is no parameter`).not.to.equal(undefined);
      expectContained(`${where}.${name}`, value, inner);
    }
  }
}

/** Converts for n8n's own helpers; n8n created the description, so its form is correct. */
function asDescription(description: JsonObject): INodeTypeDescription {
  const base = { displayName: '', name: '', group: [], version: 1, description: '', defaults: {} };
  return Object.assign({ ...base, inputs: [], outputs: [], properties: [] }, description);
}

function asNode(node: N8nWorkflowNode): INode {
  const parameters: INodeParameters = {};
  Object.assign(parameters, node.parameters);
  const { id, name, type, typeVersion, position } = node;
  return { id, name, type, typeVersion, position, parameters };
}
