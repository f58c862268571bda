import { createServer, type Server } from 'node:http';
import { expect } from 'chai';
import { everythingSeen, TestRuntime, type Message } from './runtime.ts';
import { at } from './values.ts';

const PASSWORD = 'p4ssw0rd-of-the-account';

interface Sent {
  readonly path: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** The REST API's answer; null: the connection is cut without an answer. */
type Answer = { readonly status: number; readonly body: object } | null;

describe('accolades-command', () => {
  let server: Server;
  let url: string;
  let sent: Sent[];
  let answer: Answer;
  let runtime: TestRuntime | undefined;
  let accounts = 0;

  beforeEach(async () => {
    sent = [];
    answer = { status: 200, body: { type: 'ok' } };
    server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => (text += String(chunk)));
      request.on('end', () => {
        sent.push({ path: request.url ?? '', fields: Object.fromEntries(new URLSearchParams(text)) });
        if (answer === null) {
          request.socket.destroy();
          return;
        }
        response.writeHead(answer.status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer.body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    url = `http://127.0.0.1:${address.port}`;
  });

  afterEach(async () => {
    await runtime?.stop();
    runtime = undefined;
    server.closeAllConnections();
    server.close();
    expect(everythingSeen.splice(0).join('\n').includes(PASSWORD), 'the password leaked').to.equal(false);
  });

  async function start(
    config: Readonly<Record<string, unknown>> = {},
    account: Readonly<Record<string, unknown>> = {},
    password = PASSWORD,
  ): Promise<TestRuntime> {
    // The process's request gate remembers refusals by account, so each test has its own account.
    accounts++;
    runtime = await TestRuntime.start(
      [
        { id: 'tab', type: 'tab', label: 'Test', env: [{ name: 'DEVICE', type: 'num', value: '42' }] },
        { id: 'account', type: 'accolades-account', url, accountNumber: `100${accounts}`, ...account },
        {
          id: 'do',
          type: 'accolades-command',
          z: 'tab',
          account: 'account',
          deviceId: '27',
          wires: [['out']],
          ...config,
        },
        { id: 'out', type: 'collector', z: 'tab', wires: [] },
        { id: 'catch', type: 'catch', z: 'tab', scope: null, wires: [['caught']] },
        { id: 'caught', type: 'collector', z: 'tab', wires: [] },
      ],
      { account: { password } },
    );
    return runtime;
  }

  async function run(running: TestRuntime, message: Message): Promise<Message> {
    running.inject('do', message);
    const [result] = await running.waitForMessages('out', 1);
    if (result === undefined) throw new Error('no message');
    return result;
  }

  async function fail(running: TestRuntime, message: Message, count = 1): Promise<Message> {
    running.inject('do', message);
    const caught = (await running.waitForMessages('caught', count))[count - 1];
    if (caught === undefined) throw new Error('no message');
    return caught;
  }

  it('dials the number of the message, in whatever form it is, and keeps the rest of the message', async () => {
    const running = await start();
    const result = await run(running, { payload: { phoneNumber: '+40 (21) 123-45.67' }, mine: 1 });
    expect(sent).to.deep.equal([
      {
        path: `/100${accounts}/dial/`,
        fields: { password: PASSWORD, deviceId: '27', phoneNumber: '0211234567' },
      },
    ]);
    expect(result).to.deep.include({ topic: 'dial', mine: 1 });
    expect(result['payload']).to.deep.include({
      command: 'dial',
      ok: true,
      deviceId: '27',
      phoneNumber: '0211234567',
      response: { type: 'ok' },
    });
    expect(at(result['payload'], 'phone', 'e164')).to.equal('+40211234567');
    expect(running.statusOf('do')).to.deep.include({ fill: 'green', text: '↗ 0211234567' });
  });

  it('takes device and number from wherever the typed inputs say', async () => {
    process.env['TEST_DEVICE'] = '99';
    try {
      const running = await start({
        deviceId: 'TEST_DEVICE',
        deviceIdType: 'env',
        phoneNumber: '$join(["0211", digits])',
        phoneNumberType: 'jsonata',
        numberFormat: 'e164',
      });
      await run(running, { digits: '234567' });
      expect(sent[0]?.fields).to.deep.include({ deviceId: '99', phoneNumber: '+40211234567' });
    } finally {
      delete process.env['TEST_DEVICE'];
    }
  });

  it('takes them from variables of the flow, which may be numbers', async () => {
    const running = await start({ deviceId: '${DEVICE}', phoneNumber: 101, phoneNumberType: 'num' });
    await run(running, {});
    expect(sent[0]?.fields).to.deep.include({ deviceId: '42', phoneNumber: '101' });
  });

  it('pings', async () => {
    answer = { status: 200, body: { type: 'pong' } };
    const running = await start({ command: 'ping' });
    const result = await run(running, {});
    expect(result).to.deep.include({ topic: 'ping' });
    expect(result['payload']).to.deep.include({ command: 'ping', ok: true, response: { type: 'pong' } });
    expect(sent[0]?.path).to.equal(`/100${accounts}/ping/`);
  });

  for (const [status, code, expected, text] of [
    [400, '400', 'BAD_REQUEST', 'command refused'],
    [403, '403', 'FORBIDDEN', 'not allowed'],
    [404, '404', 'COMMAND_NOT_FOUND', 'refused: '],
    [413, '413', 'COMMAND_TOO_LARGE', 'too large'],
    [500, '500', 'SERVER_FAILURE', 'server error'],
  ] as const) {
    it(`gives Catch nodes ${expected} for status ${status}`, async () => {
      answer = { status, body: { type: 'Error', message: 'No', code } };
      const running = await start();
      const caught = await fail(running, { payload: { phoneNumber: '101' } });
      expect(at(caught, 'error', 'code')).to.equal(expected);
      expect(at(caught, 'error', 'cause', 'httpStatus')).to.equal(status);
      expect(at(caught, 'payload', 'phoneNumber')).to.equal('101');
      expect(running.statusOf('do')).to.deep.include({ fill: 'red', shape: 'ring' });
      // An unknown path counts towards blocking the IP address, so the status names the end time.
      expect(running.statusOf('do')?.text?.replace(/\d\d:\d\d$/, '')).to.equal(text);
    });
  }

  it('stops after a refused password until the account changes, and shows until when', async () => {
    answer = { status: 401, body: { type: 'Error', message: 'Unauthorized', code: '401' } };
    const running = await start();
    const first = await fail(running, { payload: { phoneNumber: '101' } });
    expect(at(first, 'error', 'code')).to.equal('UNAUTHORIZED');
    expect(running.statusOf('do')?.text).to.match(/^refused: \d\d:\d\d$/);
    const second = await fail(running, { payload: { phoneNumber: '101' } }, 2);
    expect(at(second, 'error', 'code')).to.equal('COOLING_DOWN');
    expect(Date.parse(String(at(second, 'error', 'cause', 'until')))).to.be.greaterThan(Date.now() + 600_000);
    expect(running.statusOf('do')?.text).to.match(/^paused until \d\d:\d\d$/);
    expect(sent).to.have.lengthOf(1);

    answer = { status: 200, body: { type: 'ok' } };
    await running.stop();
    accounts--;
    await run(await start({}, {}, `${PASSWORD}-corrected`), { payload: { phoneNumber: '101' } });
    expect(sent).to.have.lengthOf(2);
  });

  it('shows the pause for as long as it lasts, when the wall clock is set meanwhile', async () => {
    answer = { status: 401, body: { type: 'Error', message: 'Unauthorized', code: '401' } };
    const running = await start();
    await fail(running, { payload: { phoneNumber: '101' } });
    const { now } = Date;
    Date.now = () => now() + 3_600_000;
    try {
      await fail(running, { payload: { phoneNumber: '101' } }, 2);
      // A timer of no time that the node has started would end before this one.
      await new Promise((resolve) => setTimeout(resolve, 0));
    } finally {
      Date.now = now;
    }
    expect(running.statusOf('do')?.text).to.match(/^paused until \d\d:\d\d$/);
  });

  it('sends a dial without an answer once only', async () => {
    answer = null;
    const running = await start();
    const caught = await fail(running, { payload: { phoneNumber: '101' } });
    expect(at(caught, 'error', 'code')).to.equal('OUTCOME_UNKNOWN');
    expect(at(caught, 'error', 'cause', 'retryable')).to.equal(false);
    expect(running.statusOf('do')?.text).to.equal('outcome unknown');
    expect(sent).to.have.lengthOf(1);
  });

  it('sends nothing that cannot be a number, a device or an account', async () => {
    const running = await start();
    for (const [index, payload] of [undefined, 7.5, {}, { phoneNumber: 'call me' }].entries()) {
      const caught = await fail(running, { payload }, index + 1);
      expect(at(caught, 'error', 'code'), JSON.stringify(payload)).to.equal('INVALID_PARAMETER');
    }
    await running.stop();
    const without = await start({ account: '' });
    expect(without.statusOf('do')).to.deep.include({ fill: 'red', text: 'wrong settings' });
    expect(at(await fail(without, { payload: { phoneNumber: '101' } }), 'error', 'message')).to.match(
      /No account is chosen/,
    );
    await without.stop();
    const wrong = await start({}, { accountNumber: '../x' });
    expect(wrong.statusOf('do')).to.deep.include({ fill: 'red', text: 'wrong account' });
    await fail(wrong, { payload: { phoneNumber: '101' } });
    expect(sent).to.deep.equal([]);
  });
});
