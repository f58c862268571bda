/**
 * A separate process that publishes workflows of one agent and ends at SIGTERM as n8n does: it
 * closes the workflows, then exits. It tells its parent when it is ready, and at the end the unique
 * ids of the calls that started each workflow.
 */
import { N8nRuntime } from './runtime.ts';

const [, , url = '', idCrm = ''] = process.argv;
const runtime = await N8nRuntime.load();
const credentials = { idCrm: `Front desk=${idCrm}`, url };
const triggers = [await runtime.startTrigger({ credentials }), await runtime.startTrigger({ credentials })];

process.once('SIGTERM', () => {
  void runtime.closeAll().then(() => {
    const started = triggers.map(({ items }) => items.map((item) => item['uniqueId']));
    process.send?.({ started }, undefined, undefined, () => process.exit(0));
  });
});
process.send?.('ready');
