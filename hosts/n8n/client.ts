import { waitUntil } from '../deadline.ts';
import { arrayFrom, isObject, objectFrom, optionalBoolean, optionalString, stringFrom } from '../guards.ts';
import type { JsonObject } from '../guards.ts';
import { N8nApiError, N8nConnection } from './connection.ts';
import { credentialFrom, N8nPublicationError, publicationFrom, workflowFrom } from './entities.ts';
import type {
  N8nCredential,
  N8nManualRun,
  N8nNodeType,
  N8nPublication,
  N8nWorkflow,
  N8nWorkflowInput,
} from './entities.ts';
import { executionFrom, executionSummaryFrom, finishedStatuses, isFinished } from './execution.ts';
import type { N8nExecution, N8nExecutionSummary } from './execution.ts';

export { N8nApiError, type N8nUser } from './connection.ts';
export * from './entities.ts';

const pageSize = 100;

/**
 * A client of the internal REST API that n8n's editor uses, with the editor's cookie. Log in first,
 * by `setUpOwner` on a new n8n or `logIn` on one that has an owner. The cookie stays good over a
 * restart of n8n with the same user folder.
 */
export class N8nClient extends N8nConnection {
  #version1: Promise<boolean> | undefined;

  async createCredential(credential: {
    name: string;
    type: string;
    data: JsonObject;
  }): Promise<N8nCredential> {
    return credentialFrom(await this.call('POST', '/rest/credentials', credential));
  }

  async updateCredential(
    id: string,
    credential: { name: string; type: string; data: JsonObject },
  ): Promise<N8nCredential> {
    return credentialFrom(
      await this.call('PATCH', `/rest/credentials/${encodeURIComponent(id)}`, credential),
    );
  }

  async deleteCredential(id: string): Promise<void> {
    await this.call('DELETE', `/rest/credentials/${encodeURIComponent(id)}`);
  }

  /** The credential's data as the editor gets it: secrets are blanked out. */
  async credentialData(id: string): Promise<JsonObject> {
    const path = `/rest/credentials/${encodeURIComponent(id)}?includeData=true`;
    const data = objectFrom(await this.call('GET', path), path)['data'];
    return isObject(data) ? data : {};
  }

  /**
   * Tests a credential as the editor does after a save. With `id`, `data` defaults to what is
   * stored, and blanked-out secrets in it are filled from there; an owner may leave `id` out and
   * test data that is not stored.
   *
   * @returns status `OK` or `Error`, with the text that the editor shows.
   */
  async testCredential(credential: {
    id?: string;
    name?: string;
    type: string;
    data?: JsonObject;
  }): Promise<{ status: string; message: string }> {
    const { id = '', name = 'test', type } = credential;
    const data = credential.data ?? (id === '' ? {} : await this.credentialData(id));
    const body = { credentials: { id, name, type, data } };
    const answer = objectFrom(await this.call('POST', '/rest/credentials/test', body), 'credential test');
    return {
      status: stringFrom(answer['status'], 'credential test: status'),
      message: optionalString(answer['message']) ?? '',
    };
  }

  /** Saves a new workflow, as an unpublished draft. */
  async createWorkflow(workflow: N8nWorkflowInput): Promise<N8nWorkflow> {
    // n8n 1 wants to be told that a new workflow is not active.
    const body = { active: false, settings: { executionOrder: 'v1' }, ...workflow };
    return workflowFrom(await this.call('POST', '/rest/workflows', body));
  }

  /**
   * Saves changes as the new draft. What is published goes on unchanged until the next `publish`.
   */
  async updateWorkflow(id: string, changes: Partial<N8nWorkflowInput>): Promise<N8nWorkflow> {
    return workflowFrom(await this.call('PATCH', workflowPath(id), changes));
  }

  async getWorkflow(id: string): Promise<N8nWorkflow & { nodes: unknown[] }> {
    const answer = objectFrom(await this.call('GET', workflowPath(id)), 'workflow');
    return { ...workflowFrom(answer), nodes: arrayFrom(answer['nodes'], 'workflow: nodes') };
  }

  /**
   * Publishes the draft (or `versionId`), as the editor's Publish button does, and waits until n8n
   * has settled all triggers. n8n answers the request before it starts them, and tries a trigger
   * that throws five times over 15 seconds before it calls it failed.
   *
   * @throws N8nPublicationError when a trigger failed; N8nApiError when n8n refuses the request
   *   (e.g. a node without its credential); DeadlineError after `deadlineMs` (default 60 000).
   */
  async publish(
    id: string,
    options: { versionId?: string; deadlineMs?: number } = {},
  ): Promise<N8nPublication> {
    await this.requestPublish(id, options.versionId);
    // n8n reads the triggers and the publication separately, so it may briefly report no
    // publication.
    const isSettled = ({ status }: N8nPublication): boolean => status !== 'not_published';
    const publication = await this.#settledPublication(id, options.deadlineMs ?? 60_000, isSettled);
    if (publication.status !== 'published') throw new N8nPublicationError(id, publication);
    return publication;
  }

  /** Requests a publication without waiting for the triggers; see `publicationOf` for its state. */
  async requestPublish(id: string, versionId?: string): Promise<N8nWorkflow> {
    const version = versionId ?? (await this.getWorkflow(id)).versionId;
    // n8n 1 has one version of a workflow, and activates it by an update.
    const answer = (await this.#isVersion1())
      ? await this.call('PATCH', workflowPath(id), { active: true, versionId: version })
      : await this.call('POST', `${workflowPath(id)}/activate`, { versionId: version });
    return workflowFrom(answer);
  }

  /** The older name of `publish`. */
  activate(id: string, options: { versionId?: string; deadlineMs?: number } = {}): Promise<N8nPublication> {
    return this.publish(id, options);
  }

  /** Unpublishes, and waits until n8n has closed all triggers. */
  async deactivate(id: string, options: { deadlineMs?: number } = {}): Promise<void> {
    if (await this.#isVersion1()) await this.call('PATCH', workflowPath(id), { active: false });
    else await this.call('POST', `${workflowPath(id)}/deactivate`, {});
    await this.#settledPublication(id, options.deadlineMs ?? 60_000);
  }

  /** The state of the workflow's triggers. */
  async publicationOf(id: string): Promise<N8nPublication> {
    try {
      return publicationFrom(await this.call('GET', `${workflowPath(id)}/publication-status`));
    } catch (error) {
      // Without the publication service (older versions, or switched off), the request itself waits
      // for the triggers.
      if (!(error instanceof N8nApiError && error.status === 404)) throw error;
      const { active, activeVersionId } = await this.getWorkflow(id);
      return { status: active ? 'published' : 'not_published', liveVersionId: activeVersionId, triggers: [] };
    }
  }

  /** Archives and deletes a workflow; n8n unpublishes it with that. */
  async deleteWorkflow(id: string): Promise<void> {
    await this.call('POST', `${workflowPath(id)}/archive`, {});
    await this.#settledPublication(id, 60_000);
    await this.call('DELETE', workflowPath(id));
  }

  /**
   * The workflow's executions that n8n has saved or is running, newest first, all pages of them.
   *
   * @param options.limit ends the list after so many (default: all).
   */
  async listExecutions(
    workflowId: string,
    options: { status?: string[]; limit?: number } = {},
  ): Promise<N8nExecutionSummary[]> {
    const filter = JSON.stringify({ workflowId, ...(options.status ? { status: options.status } : {}) });
    const limit = options.limit ?? Number.POSITIVE_INFINITY;
    const found = new Map<string, N8nExecutionSummary>();
    let cursor: string | undefined;
    while (found.size < limit) {
      const query = new URLSearchParams({ filter, limit: String(pageSize), ...(cursor ? { cursor } : {}) });
      const page = objectFrom(await this.call('GET', `/rest/executions?${query.toString()}`), 'executions');
      for (const result of arrayFrom(page['results'], 'executions: results')) {
        const summary = executionSummaryFrom(result);
        found.set(summary.id, summary);
      }
      cursor = optionalString(page['nextCursor']);
      if (cursor === undefined) break;
    }
    return [...found.values()].slice(0, limit);
  }

  /**
   * Counts the workflow's executions with one of these statuses (default: all final ones).
   * `undefined` when n8n only estimates: on PostgreSQL above 100,000 rows.
   */
  async countExecutions(
    workflowId: string,
    status: readonly string[] = finishedStatuses,
  ): Promise<number | undefined> {
    const query = new URLSearchParams({ filter: JSON.stringify({ workflowId, status }), limit: '1' });
    const page = objectFrom(await this.call('GET', `/rest/executions?${query.toString()}`), 'executions');
    const count = page['count'];
    return typeof count === 'number' && count >= 0 && page['estimated'] !== true ? count : undefined;
  }

  /** An execution with the data of each node. */
  async getExecution(id: string): Promise<N8nExecution> {
    return executionFrom(await this.call('GET', `/rest/executions/${encodeURIComponent(id)}`));
  }

  /**
   * Waits until at least `count` executions of the workflow have ended, in whatever way, and
   * returns all that have, oldest first. Rejects after `deadlineMs`.
   */
  waitForExecutions(workflowId: string, count: number, deadlineMs = 15_000): Promise<N8nExecutionSummary[]> {
    let seen = 0;
    return waitUntil(
      `${count} finished executions of workflow ${workflowId}`,
      async () => {
        // Counting is cheap: read the pages only when there are enough.
        seen = (await this.countExecutions(workflowId)) ?? count;
        if (seen < count) return undefined;
        const finished = (await this.listExecutions(workflowId)).filter((entry) => isFinished(entry.status));
        seen = finished.length;
        return seen >= count ? finished.sort((a, b) => Number(a.id) - Number(b.id)) : undefined;
      },
      { deadlineMs, everyMs: 100, details: () => `${seen} finished` },
    );
  }

  /**
   * Runs the saved draft as the editor's Execute button does. A trigger node then listens for one
   * event ("listen for test event"): the run has an `executionId` at once and ends after the event;
   * `stopManual` ends the listening. For a webhook trigger n8n waits for one call to
   * `/webhook-test/<path>`, two minutes at most.
   *
   * @param options.trigger the name of the trigger node to start from.
   * @param options.destination run only as far as this node.
   */
  async runManual(
    workflowId: string,
    options: { trigger: string; destination?: string } | { trigger?: string; destination: string },
  ): Promise<N8nManualRun> {
    const { trigger, destination } = options;
    const body = {
      // n8n 1 runs what it is sent, n8n 2 what is saved.
      ...((await this.#isVersion1())
        ? { workflowData: await this.call('GET', workflowPath(workflowId)) }
        : {}),
      ...(trigger === undefined ? {} : { triggerToStartFrom: { name: trigger } }),
      ...(destination === undefined ? {} : { destinationNode: { nodeName: destination, mode: 'inclusive' } }),
    };
    const answer = objectFrom(await this.call('POST', `${workflowPath(workflowId)}/run`, body), 'manual run');
    return {
      workflowId,
      executionId: optionalString(answer['executionId']),
      waitingForWebhook: optionalBoolean(answer['waitingForWebhook']) ?? false,
    };
  }

  /** Stops a manual run or its listening, as the editor's Stop button does. */
  async stopManual(run: N8nManualRun): Promise<void> {
    if (run.executionId === undefined) await this.call('DELETE', `/rest/test-webhook/${run.workflowId}`);
    else await this.call('POST', `/rest/executions/${run.executionId}/stop`, {});
  }

  /**
   * Waits until an execution has ended, and returns it with its data. Rejects after `deadlineMs`.
   */
  waitForExecution(id: string, deadlineMs = 15_000): Promise<N8nExecution> {
    return waitUntil(
      `Execution ${id} to end`,
      async () => {
        const execution = await this.getExecution(id);
        return isFinished(execution.status) ? execution : undefined;
      },
      { deadlineMs, everyMs: 50 },
    );
  }

  /**
   * The node types that this n8n has loaded, those of community packages with the package's name in
   * front.
   */
  nodeTypes(): Promise<N8nNodeType[]> {
    return this.#types('/types/nodes.json');
  }

  credentialTypes(): Promise<N8nNodeType[]> {
    return this.#types('/types/credentials.json');
  }

  #isVersion1(): Promise<boolean> {
    this.#version1 ??= this.call('GET', '/rest/settings').then((answer) =>
      (optionalString(objectFrom(answer, 'settings')['versionCli']) ?? '').startsWith('1.'),
    );
    return this.#version1;
  }

  async #types(path: string): Promise<N8nNodeType[]> {
    return arrayFrom(await this.call('GET', path), path).map((entry) => {
      const description = objectFrom(entry, path);
      return {
        name: stringFrom(description['name'], `${path}: name`),
        displayName: optionalString(description['displayName']) ?? '',
        description,
      };
    });
  }

  #settledPublication(
    id: string,
    deadlineMs: number,
    isSettled: (publication: N8nPublication) => boolean = () => true,
  ): Promise<N8nPublication> {
    return waitUntil(
      `The publication of workflow ${id} to settle`,
      async () => {
        const publication = await this.publicationOf(id);
        return publication.status !== 'in_progress' && isSettled(publication) && publication;
      },
      { deadlineMs, everyMs: 50 },
    );
  }
}

function workflowPath(id: string): string {
  return `/rest/workflows/${encodeURIComponent(id)}`;
}
