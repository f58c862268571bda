import { expect } from 'chai';
import type { Simulator } from '../src/index.ts';
import { TestEndpoint } from './support/endpoint.ts';
import { closeSimulators, testSimulator } from './support/test-simulator.ts';

describe('IVR', () => {
  let simulator: Simulator;
  let endpoint: TestEndpoint;

  beforeEach(async () => {
    simulator = await testSimulator();
    endpoint = await TestEndpoint.open();
  });
  afterEach(async () => {
    await closeSimulators();
    endpoint.close();
  });

  for (const method of ['GET', 'POST'] as const) {
    it(`sends its variables with ${method} and takes those of the same name over`, async () => {
      endpoint.answer = () => ({
        status: 200,
        body: '{"status":"sent","left":2,"open":true,"Order":"x","items":[1],"other":"y"}',
      });
      const variables = { order: '4711 & more', status: '', left: '', open: '', items: '-' };
      const result = await simulator.telephony.runIvr({ url: endpoint.url, method, variables });
      expect(result.variables).to.deep.equal({
        ...variables,
        status: 'sent',
        left: '2',
        open: 'true',
      });
      expect(result.imported).to.deep.equal(['status', 'left', 'open']);
      expect(result).to.include({ status: 200, problem: null });
      expect(result.durationMs).to.be.greaterThan(0);
      const request = endpoint.received[0];
      expect(request?.method).to.equal(method);
      const { $_callId: callId, $_dateNow: date, ...fields } = request?.fields ?? {};
      expect(callId).to.match(/^\d+\.\d+$/);
      expect(date).to.match(/^20\d{6}$/);
      expect(fields).to.deep.equal({
        $_callerId: '0211234567',
        $_destinationNumber: '0310000000',
        ...variables,
      });
    });
  }

  it('sends what it is told to, under the names it is told', async () => {
    await simulator.telephony.runIvr({
      url: `${endpoint.url}?secret=s`,
      method: 'GET',
      variables: { a: '1', b: '2' },
      send: ['b'],
      callerId: '101',
      globalNames: { $_callerId: 'caller', $_destinationNumber: '', $_callId: '', $_dateNow: '' },
    });
    expect(endpoint.received[0]?.fields).to.deep.equal({ secret: 's', caller: '101', b: '2' });
  });

  it('leaves its variables alone without JSON processing, and does not wait when it need not', async () => {
    endpoint.answer = () => ({ status: 200, body: '{"a":"2"}' });
    const run = { url: endpoint.url, variables: { a: '1' } };
    expect((await simulator.telephony.runIvr({ ...run, jsonResponse: false })).variables).to.deep.equal({
      a: '1',
    });
    endpoint.answer = () => null;
    const result = await simulator.telephony.runIvr({ ...run, waitForConfirmation: false });
    expect(result).to.deep.include({ variables: { a: '1' }, status: null, problem: null });
    await endpoint.gets(2);
  });

  it('says what went wrong, and goes on with its variables', async () => {
    const run = { url: endpoint.url, variables: { a: '1' }, timeoutMs: 100 };
    endpoint.answer = () => ({ status: 200, body: 'OK' });
    expect(await simulator.telephony.runIvr(run)).to.deep.include({
      variables: { a: '1' },
      status: 200,
      problem: 'The answer is no JSON object.',
    });
    endpoint.answer = () => ({ status: 403, body: '{"a":"2"}' });
    expect(await simulator.telephony.runIvr(run)).to.deep.include({
      variables: { a: '1' },
      problem: 'Status 403.',
    });
    endpoint.answer = () => null;
    expect((await simulator.telephony.runIvr(run)).problem).to.equal('No answer within 100 ms.');
    endpoint.close();
    expect((await simulator.telephony.runIvr(run)).problem).to.equal('No answer (ECONNREFUSED).');
  });

  it('keeps to the documented limits', async () => {
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`v${i}`, '']));
    const problems: [object, string][] = [
      [{ variables: many }, 'at most 10'],
      [{ variables: { 'order-id': '' } }, 'letters and digits'],
      [{ send: ['x'] }, 'no variable x'],
      [{ url: 'file:///etc/passwd' }, 'http'],
      [{ timeoutMs: 0 }, 'time limit'],
    ];
    for (const [run, message] of problems) {
      const outcome = await simulator.telephony.runIvr({ url: endpoint.url, ...run }).then(
        () => 'done',
        (error: unknown) => String(error),
      );
      expect(outcome).to.contain(message);
    }
    expect(endpoint.received).to.have.length(0);
  });
});
