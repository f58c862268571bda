import { arrayFrom, objectFrom, optionalString, stringFrom, type JsonObject } from '../guards.ts';

/** A node of a workflow, as in an exported workflow. */
export interface N8nWorkflowNode extends JsonObject {
  id: string;
  name: string;
  type: string;
  typeVersion: number;
  position: [number, number];
  parameters: JsonObject;
  /** By credential type. */
  credentials?: Record<string, N8nCredentialReference>;
}

export interface N8nCredentialReference {
  id: string;
  name: string;
}

/** A workflow to create: what an export contains. */
export interface N8nWorkflowInput {
  name: string;
  nodes: N8nWorkflowNode[];
  connections: JsonObject;
  settings?: JsonObject;
  pinData?: JsonObject;
}

/** A workflow as n8n keeps it. */
export interface N8nWorkflow {
  id: string;
  name: string;
  /** The draft's version, which a manual run and the next publication use. */
  versionId: string;
  /** The version that is published; `undefined` when none is. */
  activeVersionId: string | undefined;
  active: boolean;
}

export interface N8nCredential extends N8nCredentialReference {
  type: string;
}

/** What n8n says of a publication, trigger by trigger. */
export interface N8nPublication {
  /** `published`, `partial`, `failed`, `not_published` or `in_progress`. */
  status: string;
  liveVersionId: string | undefined;
  triggers: { nodeId: string; status: string; errorMessage: string | undefined }[];
}

/**
 * How a manual run began: it runs (a trigger node then waits for its event), or n8n waits for a
 * test webhook call.
 */
export interface N8nManualRun {
  workflowId: string;
  /**
   * `undefined` while n8n waits for a call of the test webhook: the execution then starts with that
   * call.
   */
  executionId: string | undefined;
  waitingForWebhook: boolean;
}

export interface N8nNodeType {
  name: string;
  displayName: string;
  /** All of the description as the editor receives it. */
  description: JsonObject;
}

/** A workflow was not published, or not with all of its triggers. */
export class N8nPublicationError extends Error {
  override readonly name = 'N8nPublicationError';
  readonly publication: N8nPublication;
  constructor(workflowId: string, publication: N8nPublication) {
    const errors = publication.triggers
      .map((trigger) => trigger.errorMessage)
      .filter((text) => text !== undefined);
    super(`Workflow ${workflowId} is ${publication.status}: ${errors.join('; ') || 'n8n gives no reason'}`);
    this.publication = publication;
  }
}

export function workflowFrom(value: unknown): N8nWorkflow {
  const workflow = objectFrom(value, 'workflow');
  return {
    id: stringFrom(workflow['id'], 'workflow: id'),
    name: stringFrom(workflow['name'], 'workflow: name'),
    versionId: stringFrom(workflow['versionId'], 'workflow: versionId'),
    activeVersionId: optionalString(workflow['activeVersionId']),
    active: workflow['active'] === true,
  };
}

export function credentialFrom(value: unknown): N8nCredential {
  const credential = objectFrom(value, 'credential');
  return {
    id: stringFrom(credential['id'], 'credential: id'),
    name: stringFrom(credential['name'], 'credential: name'),
    type: stringFrom(credential['type'], 'credential: type'),
  };
}

export function publicationFrom(value: unknown): N8nPublication {
  const publication = objectFrom(value, 'publication');
  return {
    status: stringFrom(publication['status'], 'publication: status'),
    liveVersionId: optionalString(publication['liveVersionId']),
    triggers: arrayFrom(publication['triggers'], 'publication: triggers').map((entry) => {
      const trigger = objectFrom(entry, 'publication: a trigger');
      return {
        nodeId: stringFrom(trigger['nodeId'], 'publication: nodeId'),
        status: stringFrom(trigger['status'], 'publication: status'),
        errorMessage: optionalString(trigger['errorMessage']),
      };
    }),
  };
}
