/** The trigger in n8n's runtime, in its own process. The node's output goes to the test. */
import { N8nRuntime } from '../../n8n/runtime.ts';
import { forward, settings, tell } from './forward.ts';

const { url, idCrm } = await settings();
const runtime = await N8nRuntime.load();
const trigger = await runtime.startTrigger({
  credentials: { idCrm: `Front desk=${idCrm}`, url, allowUnauthorizedCerts: false },
});
forward(() => trigger.items);
tell({ ready: true });
