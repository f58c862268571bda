import { expect } from 'chai';
import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { generate } from 'selfsigned';
import { expectNoSecretSeen, FRONT_DESK, startSimulator } from './fixtures.ts';
import { callFlow, TestRuntime } from './runtime.ts';

describe('accolades-call and the security of its connection', () => {
  let simulator: Simulator;
  let runtime: TestRuntime | undefined;

  afterEach(async () => {
    await runtime?.stop();
    runtime = undefined;
    await simulator.close();
    expectNoSecretSeen();
  });

  describe('with a certificate of its own', () => {
    let certificate: string;

    beforeEach(async () => {
      const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
        extensions: [
          { name: 'basicConstraints', cA: true },
          {
            name: 'subjectAltName',
            altNames: [
              { type: 2, value: 'localhost' },
              { type: 7, ip: '127.0.0.1' },
            ],
          },
        ],
      });
      certificate = cert;
      simulator = await createSimulator({
        tls: { key, cert },
        agents: [{ idCrm: FRONT_DESK, name: 'Front desk' }],
      });
    });

    async function start(
      tls: Readonly<Record<string, unknown>> | null,
      credentials: Readonly<Record<string, string>> = {},
    ): Promise<TestRuntime> {
      runtime = await TestRuntime.start(
        [
          ...callFlow({ agent: { url: simulator.url, tls: tls === null ? '' : 'tls' } }),
          ...(tls === null ? [] : [{ id: 'tls', type: 'tls-config', name: '', ...tls }]),
        ],
        { agent: { idCrm: FRONT_DESK }, ...(tls === null ? {} : { tls: credentials }) },
      );
      return runtime;
    }

    it('refuses it, with advice', async () => {
      const running = await start(null);
      await running.waitForStatus('call', 'bad certificate');
      expect(running.logOf('call', 'warn').join()).to.match(
        /certificate is not trusted. Install the authority/,
      );
      expect(simulator.statistics.connects).to.equal(0);
    });

    it('accepts it when the TLS configuration names its authority', async () => {
      const running = await start({ verifyservercert: true }, { cadata: certificate });
      await running.waitForStatus('call', 'connected');
      expect(running.log.filter(({ level, node }) => level === 'warn' && node !== '')).to.deep.equal([]);
    });

    it('accepts any when the TLS configuration does not verify, and says so', async () => {
      const running = await start({ verifyservercert: false });
      await running.waitForStatus('call', 'connected, any cert');
      expect(running.logOf('agent', 'warn')).to.have.lengthOf(1);
      expect(running.logOf('agent', 'warn')[0]).to.match(/certificate is not verified/);
    });

    it('does not connect at all when the TLS configuration cannot be read', async () => {
      const running = await start({ verifyservercert: true, ca: '/no/such/file.pem' });
      await running.waitForStatus('call', 'wrong settings');
      expect(running.logOf('call', 'error').join()).to.match(/could not read its certificate or key/);
      expect(simulator.statistics.connections).to.equal(0);
    });
  });

  it('says that ws:// is readable on the network, once for all nodes of an agent', async () => {
    simulator = await startSimulator({ host: '0.0.0.0' });
    // This address does not look like loopback, but stays on this machine.
    const url = simulator.url.replace('127.0.0.1', '0.0.0.0');
    runtime = await TestRuntime.start(
      [
        ...callFlow({ agent: { url } }),
        { id: 'call2', type: 'accolades-call', z: 'tab', agent: 'agent', wires: [[]] },
      ],
      { agent: { idCrm: FRONT_DESK } },
    );
    await runtime.waitForStatus('call', 'connected, no TLS');
    await runtime.waitForStatus('call2', 'connected, no TLS');
    expect(runtime.logOf('agent', 'warn')).to.have.lengthOf(1);
    expect(runtime.logOf('agent', 'warn')[0]).to.match(/ws:\/\/.*readable over the network/);
  });
});
