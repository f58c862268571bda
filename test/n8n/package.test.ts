import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DEFAULT_SERVER_URL, EVENT_TYPES } from '@accolades-flow/core';
import { expect } from 'chai';
import { root } from '../../scripts/paths.ts';
import { N8nRuntime } from './runtime.ts';

describe('The n8n package, as n8n loads it', () => {
  let runtime: N8nRuntime;

  before(async () => {
    runtime = await N8nRuntime.load();
  });

  it('has the trigger, with its credential, codex and icons', async () => {
    const { description } = runtime.triggerType;
    expect(description).to.include({ name: 'accoladesTrigger', displayName: 'Accolades Trigger' });
    expect(description.credentials).to.deep.equal([
      { name: 'accoladesAgentApi', required: true, testedBy: 'testAgentCredential' },
    ]);
    expect(description.codex?.categories).to.include('Communication');
    expect(description.codex?.alias).to.include.members(['call', 'phone', 'PBX', 'VoIP', 'caller id']);
    for (const icons of [description.iconUrl, runtime.credentialTypes.get('accoladesAgentApi')?.iconUrl]) {
      if (typeof icons !== 'object') throw new Error('There is no icon for each theme.');
      const [light, dark] = await Promise.all([icons.light, icons.dark].map(readIcon));
      expect(light).to.match(/^<svg [^>]*width="60" height="60"/);
      expect(dark)
        .to.match(/^<svg /)
        .and.not.equal(light);
    }
  });

  it('has the credential with its fields, the idCrm hidden', () => {
    const credential = runtime.credentialTypes.get('accoladesAgentApi');
    const fields = credential?.properties.filter(({ type }) => type !== 'notice') ?? [];
    expect(fields.map(({ name }) => name)).to.deep.equal(['idCrm', 'url', 'allowUnauthorizedCerts']);
    expect(fields[0]).to.deep.include({ required: true, typeOptions: { password: true } });
    expect(fields[1]?.default).to.equal(DEFAULT_SERVER_URL);
    expect(fields[2]?.default).to.equal(false);
    expect(credential?.documentationUrl).to.equal('https://help.accolades.ro');
  });

  it('has the parameters with their defaults', () => {
    const { connectionNotice, ...parameters } = runtime.parameters({});
    expect(connectionNotice).to.equal('');
    expect(parameters).to.deep.equal({
      events: ['incomingCall', 'outgoingCall'],
      callSource: 'all',
      options: {},
    });
    const options = runtime.triggerType.description.properties.find(
      ({ name }) => name === 'options',
    )?.options;
    const defaults = options?.map((option) => [
      option.name,
      'default' in option ? option.default : undefined,
    ]);
    expect(Object.fromEntries(defaults ?? [])).to.deep.equal({
      country: 'RO',
      firstRingOnly: false,
      includeConfiguration: false,
      numbers: '',
      splitOutputs: false,
    });
  });

  it('shows one output, or one for each chosen event in the order of the ports', () => {
    expect(runtime.outputs({})).to.deep.equal([undefined]);
    expect(runtime.outputs({ events: [], options: { splitOutputs: true } })).to.deep.equal([undefined]);
    expect(
      runtime.outputs({ events: [...EVENT_TYPES].reverse(), options: { splitOutputs: true } }),
    ).to.deep.equal(['Incoming', 'Outgoing', 'Connected', 'Disconnected']);
    expect(
      runtime.outputs({ events: ['agentDisconnected', 'incomingCall'], options: { splitOutputs: true } }),
    ).to.deep.equal(['Incoming', 'Disconnected']);
  });
});

/** @param url the editor's request: `icons/<package>/<path in the package>` */
async function readIcon(url: string): Promise<string> {
  const file = url.replace(/^icons\/n8n-nodes-accolades\//, '');
  return readFile(path.join(root, file), 'utf8');
}
