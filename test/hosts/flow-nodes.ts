import type { FlowNode } from '../../hosts/node-red/launch.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Any coordinates will do; a node without them is treated as a configuration node. */
const PLACE = { x: 100, y: 100 };

export function tab(id: string, more: Fields = {}): FlowNode {
  return { id, type: 'tab', label: id, disabled: false, ...more };
}

/** A node on a tab, wired to other nodes. */
export function flowNode(z: string, id: string, type: string, fields: Fields, wires: string[][]): FlowNode {
  return { id, type, z, ...PLACE, ...fields, wires };
}

/** A debug node that sends whole messages to the sidebar. Its name is its id. */
export function debug(z: string, id: string): FlowNode {
  const fields = { name: id, active: true, tosidebar: true, complete: 'true', targetType: 'full' };
  return flowNode(z, id, 'debug', fields, []);
}

/** Catches the errors of all nodes on a tab, for a debug node named `<z>-caught`. */
export function catchAll(z: string): FlowNode[] {
  const caught = `${z}-caught`;
  return [flowNode(z, `${z}-catch`, 'catch', { scope: null, uncaught: false }, [[caught]]), debug(z, caught)];
}

/** An inject node; the rig triggers it with a payload. */
export function inject(z: string, id: string, wires: string[][]): FlowNode {
  const fields = { props: [{ p: 'payload' }], payload: '', payloadType: 'str', once: false, repeat: '' };
  return flowNode(z, id, 'inject', fields, wires);
}

export function agentNode(id: string, url: string, idCrm: string, more: Fields = {}): FlowNode {
  return { id, type: 'accolades-agent', name: '', url, country: 'RO', ...more, credentials: { idCrm } };
}

export function accountNode(
  id: string,
  settings: { readonly url: string; readonly accountNumber: string; readonly tls?: string },
  password: string,
): FlowNode {
  return { id, type: 'accolades-account', name: '', ...settings, credentials: { password } };
}
