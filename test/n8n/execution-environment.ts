import { Container } from '@n8n/di';
import { ExternalSecretsProxy } from 'n8n-core';
import {
  ICredentialsHelper,
  type ICredentialDataDecryptedObject,
  type ICredentialType,
  type IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';

/** Decrypted credentials by type. */
export type Credentials = Readonly<Record<string, ICredentialDataDecryptedObject>>;

/**
 * Replaces n8n's credential store: returns decrypted credentials, with the defaults of their
 * fields.
 */
class StoredCredentials extends ICredentialsHelper {
  readonly #data: Credentials;
  readonly #types: ReadonlyMap<string, ICredentialType>;

  constructor(data: Credentials, types: ReadonlyMap<string, ICredentialType>) {
    super();
    this.#data = data;
    this.#types = types;
  }

  getDecrypted(_additional: unknown, _node: unknown, type: string): Promise<ICredentialDataDecryptedObject> {
    const defaults = Object.fromEntries(
      this.getCredentialsProperties(type).map((property) => [property.name, property.default]),
    );
    // n8n's property types allow defaults that no credential field has.
    return Promise.resolve(Object.assign({}, defaults, this.#data[type]));
  }

  getCredentialsProperties(type: string) {
    return this.#types.get(type)?.properties ?? [];
  }

  getParentTypes() {
    return [];
  }

  isCredentialUsableByNode() {
    return true;
  }

  authenticate = unexpected;
  preAuthentication = unexpected;
  runPreAuthentication = unexpected;
  getCredentials = unexpected;
  updateCredentials = unexpected;
  updateCredentialsOauthTokenData = unexpected;
}

function unexpected(): Promise<never> {
  return Promise.reject(new Error('Our nodes do not use this.'));
}

const URL = 'http://127.0.0.1/';

/** The parts of n8n that an execution needs besides the workflow, without database and server. */
export function executionEnvironment(
  credentials: Credentials,
  types: ReadonlyMap<string, ICredentialType>,
): IWorkflowExecuteAdditionalData {
  return {
    credentialsHelper: new StoredCredentials(credentials, types),
    externalSecretsProxy: Container.get(ExternalSecretsProxy),
    executeWorkflow: unexpected,
    getRunExecutionData: unexpected,
    getRuntimeCredential: unexpected,
    startRunnerTask: unexpected,
    logAiEvent: () => undefined,
    currentNodeExecutionIndex: 0,
    restApiUrl: URL,
    instanceBaseUrl: URL,
    formBaseUrl: URL,
    formWaitingBaseUrl: URL,
    formTestBaseUrl: URL,
    webhookBaseUrl: URL,
    webhookWaitingBaseUrl: URL,
    webhookTestBaseUrl: URL,
    mcpBaseUrl: URL,
    mcpTestBaseUrl: URL,
    variables: {},
  };
}
