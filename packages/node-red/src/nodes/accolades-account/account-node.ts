import type { AccountClient } from '@accolades-flow/core';

/** The interface of an `accolades-account` node for other nodes. */
export interface AccountNode {
  readonly name?: string | undefined;
  /**
   * Sends commands for this account.
   * @throws AccoladesError `INVALID_ACCOUNT`, `INVALID_URL` or `INVALID_PARAMETER`, saying what is
   * wrong; holds no secret
   */
  client(): AccountClient;
  /** The server address as deployed, variables replaced; null when a variable is missing. */
  readonly url: string | null;
}

/** @param node as `RED.nodes.getNode` gives it */
export function isAccountNode(node: unknown): node is AccountNode {
  return typeof node === 'object' && node !== null && 'client' in node && typeof node.client === 'function';
}
