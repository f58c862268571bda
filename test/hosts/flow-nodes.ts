import type { FlowNode } from '../../hosts/node-red/launch.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Where a flow node stands does not matter; without a place it would be taken for a configuration node. */
const PLACE = { x: 100, y: 100 };

export function tab(id: string, more: Fields = {}): FlowNode {
  return { id, type: 'tab', label: id, disabled: false, ...more };
}

/** A node on a tab, wired to others. */
export function flowNode(z: string, id: string, type: string, fields: Fields, wires: string[][]): FlowNode {
  return { id, type, z, ...PLACE, ...fields, wires };
}

/** A debug node that tells the sidebar the whole message. Its name is its id. */
export function debug(z: string, id: string): FlowNode {
  const fields = { name: id, active: true, tosidebar: true, complete: 'true', targetType: 'full' };
  return flowNode(z, id, 'debug', fields, []);
}

/** Catches the errors of every node of a tab, for a debug node named `<z>-caught`. */
export function catchAll(z: string): FlowNode[] {
  const caught = `${z}-caught`;
  return [flowNode(z, `${z}-catch`, 'catch', { scope: null, uncaught: false }, [[caught]]), debug(z, caught)];
}

/** A button; the rig presses it with a payload. */
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
