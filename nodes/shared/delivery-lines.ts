import type { DeliveryReport } from '@accolades-flow/core';

/** A line for n8n's log about executions that n8n was asked to start. */
export function deliveryLine(report: DeliveryReport): { level: 'info' | 'warn' | 'error'; text: string } {
  switch (report.kind) {
    case 'stalled':
      return {
        level: 'warn',
        text:
          'n8n starts no executions at the moment: look at its database. ' +
          `Events wait for it (${report.waiting} now) and are passed on in order when it is back.`,
      };
    case 'resumed':
      return {
        level: 'info',
        text:
          `n8n starts executions again after ${Math.round(report.stalledMs / 1_000)} s. ` +
          'The events that waited are passed on in order.',
      };
    case 'lost':
      return {
        level: 'error',
        text:
          `${plural(report.count, 'event')} may not have started the workflow: look for an error of n8n above. ` +
          'n8n answers, but did not start an execution for it.',
      };
    case 'unacknowledging':
      return {
        level: 'warn',
        text:
          'This n8n does not let the node see when it starts an execution. Events are passed on without ' +
          'waiting for each other, so executions that begin at the same moment may change their order.',
      };
    case 'failed':
      return { level: 'error', text: `An event could not be passed on: ${report.message}` };
  }
}

function plural(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
