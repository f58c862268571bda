import { formFields } from './posted-fields.ts';
import { queryOf, type RequestHead } from './request.ts';

/**
 * The value of `apiName` in the query of the GET by which the browser connector finds out why it
 * got no answer. It carries neither an event nor the secret.
 */
export const CONNECTOR_PROBE_API_NAME = 'connectorProbe';

export function isConnectorProbe({ method, url }: RequestHead): boolean {
  return method === 'GET' && formFields(queryOf(url)).text('apiName') === CONNECTOR_PROBE_API_NAME;
}
