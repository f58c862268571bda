/**
 * Prints how fast `accolades-webhook` answers under a steady load, in Node-RED's runtime: `tsx
 * packages/node-red/test/webhook-latency.ts [requests per second] [seconds]`. The sender runs in
 * its own thread, so that the measured node does not slow it. It sends at fixed times, whether or
 * not earlier answers have arrived.
 */
import { Worker } from 'node:worker_threads';
import { startWebhook, webhookFlow } from './webhook-rig.ts';

const perSecond = Number(process.argv[2] ?? 200);
const seconds = Number(process.argv[3] ?? 20);

const SENDER = `
const { parentPort, workerData: { url, perSecond, seconds, keepAlive } } = require('node:worker_threads');
const http = require('node:http');
const agent = new http.Agent({ keepAlive, maxSockets: Infinity });
const took = [];
let failed = 0;
const total = perSecond * seconds;
const begin = performance.now() + 200;
let sent = 0;
function send(due) {
  const body = 'apiName=callNotification&event=hangup&callId=1608743891.' + sent + '&userId=27&userType=user&callDirection=incoming&callerId=0211234567&duration=95';
  const request = http.request(url, { agent, method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length } });
  request.on('response', (response) => {
    if (response.statusCode !== 200) failed++;
    response.resume().on('end', () => done(performance.now() - due));
  });
  request.on('error', () => { failed++; done(performance.now() - due); });
  request.end(body);
}
function done(ms) {
  took.push(ms);
  if (took.length === total) parentPort.postMessage({ took, failed });
}
const timer = setInterval(() => {
  const now = performance.now();
  while (sent < total && begin + (sent * 1000) / perSecond <= now) { send(begin + (sent * 1000) / perSecond); sent++; }
  if (sent === total) clearInterval(timer);
}, 1);
`;

interface Result {
  readonly took: readonly number[];
  readonly failed: number;
}

async function measure(url: string, keepAlive: boolean): Promise<Result> {
  const worker = new Worker(SENDER, {
    eval: true,
    execArgv: [],
    workerData: { url, perSecond, seconds, keepAlive },
  });
  try {
    return await new Promise<Result>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  } finally {
    await worker.terminate();
  }
}

const work: Readonly<Record<string, unknown>> = {
  id: 'work',
  z: 'tab',
  type: 'function',
  func: 'const end = performance.now() + 1; while (performance.now() < end); msg.payload = { id: msg.payload.callId }; return msg;',
  outputs: 1,
  libs: [],
  wires: [[]],
};
const { runtime, url } = await startWebhook(
  webhookFlow({ wires: [['work']] }, [{ id: 'work', type: 'function', ...work }]),
);
try {
  for (const keepAlive of [true, false]) {
    const { took, failed } = await measure(`${url}/accolades`, keepAlive);
    const sorted = [...took].sort((a, b) => a - b);
    const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? NaN).toFixed(1);
    console.log(
      `${keepAlive ? 'kept connections' : 'a connection each'}: ${sorted.length} requests at ${perSecond}/s, flow of 1 ms: ` +
        `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms, failed ${failed}`,
    );
  }
} finally {
  await runtime.stop();
}
