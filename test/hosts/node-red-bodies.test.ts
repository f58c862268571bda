import { request as httpRequest } from 'node:http';
import { expect } from 'chai';
import { flowNode, debug, tab } from './flow-nodes.ts';
import { NodeRedRig, payloadOf } from './node-red-rig.ts';

const HANGUP = 'apiName=callNotification&event=hangup&callId=1608743891.1344';
const FORM = 'application/x-www-form-urlencoded';

/** Node-RED's admin API would otherwise read these bodies first, by its own rules. */
describe('Bodies of requests to a real Node-RED with its default settings', () => {
  let rig: NodeRedRig;

  const flow = (path: string) => [
    tab('a'),
    flowNode('a', 'hook', 'accolades-webhook', { path, events: ['answer', 'hangup'] }, [['out']]),
    debug('a', 'out'),
  ];

  before(async () => {
    rig = await NodeRedRig.start();
    await rig.deploy(flow('/accolades'));
  });

  after(() => rig.stop());

  /** Sends a body in pieces without a content length; `end: false` leaves the request open. */
  const send = (
    type: string,
    pieces: readonly (string | Uint8Array)[],
    end = true,
  ): Promise<{ readonly status: number; readonly text: string }> =>
    new Promise((resolve, reject) => {
      const sent = httpRequest(`${rig.host.url}/accolades`, {
        method: 'POST',
        headers: { 'content-type': type },
      });
      let isAnswered = false;
      sent.on('response', (response) => {
        isAnswered = true;
        let text = '';
        response.on('data', (piece: Buffer) => (text += piece.toString()));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, text });
          sent.destroy();
        });
      });
      sent.on('error', reject);
      const write = ([piece, ...others]: readonly (string | Uint8Array)[]): void => {
        if (isAnswered) return;
        if (piece === undefined) {
          if (end) sent.end();
          return;
        }
        sent.write(piece, () => {
          write(others);
        });
      };
      write(pieces);
    });

  it('are left to the admin API, so that no endpoint keeps the editor from deploying', async () => {
    await rig.deploy(flow('/flows'));
    await rig.deploy(flow('/accolades'));
    const message = await rig.next('out', () => send(FORM, [HANGUP]));
    expect(payloadOf(message)).to.include({ event: 'hangup' });
  });

  it('are refused when they are larger than the limit, although they do not say so', async () => {
    const filler = 'x'.repeat(70_000);
    // The requests stay open: what is written after the refusal could fail before it is read.
    const json = ['{"event":"hangup","filler":"', filler];
    expect(await send('application/json', json, false)).to.include({ status: 413 });
    expect(await send(FORM, [`${HANGUP}&filler=`, filler], false)).to.include({ status: 413 });
  });

  it('are given up when they do not arrive in time', async () => {
    const { status, text } = await send(FORM, [HANGUP], false);
    expect(status).to.equal(408);
    expect(text).to.match(/BODY_TIMEOUT/);
  });

  it('are read in the charset that they name', async () => {
    const message = await rig.next('out', () =>
      send(`${FORM}; charset=windows-1250`, [`${HANGUP}&callerName=%BAtefan`]),
    );
    expect(payloadOf(message)['raw']).to.include({ callerName: 'ştefan' });
  });

  it('give the same message as in n8n when a name has brackets', async () => {
    const message = await rig.next('out', () => send(FORM, [`${HANGUP}&x[y]=1`]));
    expect(payloadOf(message)['raw']).to.include({ 'x[y]': '1' });
  });

  it('are read as plain text and as JSON with a suffix', async () => {
    const plain = await rig.next('out', () => send('text/plain', [HANGUP]));
    expect(payloadOf(plain)).to.include({ event: 'hangup' });
    const json = await rig.next('out', () => send('application/vnd.pbx+json', ['{"event":"answer"}']));
    expect(payloadOf(json)).to.include({ event: 'answer' });
  });

  it('of other paths are still read by Node-RED', async () => {
    // A deployment is a request with a body.
    await rig.deploy(flow('/accolades'));
    const message = await rig.next('out', () => send(FORM, [HANGUP]));
    expect(payloadOf(message)).to.include({ event: 'hangup' });
  });
});
