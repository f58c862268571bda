import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Requires `n8n-workflow` as real packages do, to show that n8n gives it to a package that brings
 * none.
 */
const trigger = `
const http = require('node:http');
const { NodeConnectionTypes } = require('n8n-workflow');
class DummyTrigger {
  constructor() {
    this.description = {
      displayName: 'Dummy Trigger', name: 'dummyTrigger', group: ['trigger'], version: 1,
      description: 'Emits an item for each HTTP request to its port', defaults: { name: 'Dummy Trigger' },
      inputs: [], outputs: [NodeConnectionTypes.Main],
      credentials: [{ name: 'dummyApi', required: true, testedBy: 'dummyTest' }],
      properties: [
        { displayName: 'Port', name: 'port', type: 'number', default: 0 },
        { displayName: 'Fail', name: 'fail', type: 'boolean', default: false },
      ],
    };
    this.methods = { credentialTest: {
      async dummyTest(credential) {
        return credential.data.token === 'right'
          ? { status: 'OK', message: 'The token is right' }
          : { status: 'Error', message: 'The token is wrong' };
      },
    } };
  }
  async trigger() {
    if (this.getNodeParameter('fail')) throw new Error('This dummy was told to fail');
    const { token } = await this.getCredentials('dummyApi');
    const mode = this.getMode();
    const server = http.createServer((request, response) => {
      this.emit([[{ json: { path: request.url, mode, token } }]]);
      response.end('emitted');
    });
    await new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.getNodeParameter('port'), '127.0.0.1', resolve);
    });
    const closeFunction = () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    return { closeFunction, manualTriggerFunction: async () => undefined };
  }
}
module.exports = { DummyTrigger };
`;

const credential = `
class DummyApi {
  constructor() {
    this.name = 'dummyApi';
    this.displayName = 'Dummy API';
    this.properties = [
      { displayName: 'Token', name: 'token', type: 'string', typeOptions: { password: true }, default: '' },
    ];
  }
}
module.exports = { DummyApi };
`;

/**
 * Writes a small n8n community package with one trigger node and one credential, and returns its
 * folder.
 */
export async function writeDummyN8nPackage(parent: string): Promise<string> {
  const folder = path.join(parent, 'dummy-n8n-package');
  await mkdir(folder, { recursive: true });
  const manifest = {
    name: 'n8n-nodes-dummy',
    version: '1.0.0',
    license: 'MIT',
    keywords: ['n8n-community-node-package'],
    files: ['DummyTrigger.node.js', 'DummyApi.credentials.js'],
    n8n: {
      n8nNodesApiVersion: 1,
      credentials: ['DummyApi.credentials.js'],
      nodes: ['DummyTrigger.node.js'],
    },
    peerDependencies: { 'n8n-workflow': '*' },
  };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(path.join(folder, 'DummyTrigger.node.js'), trigger);
  await writeFile(path.join(folder, 'DummyApi.credentials.js'), credential);
  return folder;
}
