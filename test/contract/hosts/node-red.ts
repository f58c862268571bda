/** The palette in Node-RED's runtime, in its own process. The node's output goes to the test. */
import { TestRuntime } from '../../../packages/node-red/test/runtime.ts';
import { forward, settings, tell } from './forward.ts';

const { url, idCrm } = await settings();
const runtime = await TestRuntime.start(
  [
    { id: 'tab', type: 'tab', label: 'contract' },
    { id: 'agent', type: 'accolades-agent', name: '', url, country: 'RO' },
    {
      id: 'calls',
      type: 'accolades-call',
      z: 'tab',
      name: '',
      agent: 'agent',
      events: ['incomingCall', 'outgoingCall'],
      callSource: 'all',
      numbers: '',
      firstRingOnly: false,
      includeConfiguration: false,
      splitOutputs: false,
      wires: [['out']],
    },
    { id: 'out', type: 'collector', z: 'tab', wires: [] },
  ],
  { agent: { idCrm: `Front desk=${idCrm}` } },
);
forward(() => runtime.messagesOf('out').map((message) => message['payload']));
tell({ ready: true });
