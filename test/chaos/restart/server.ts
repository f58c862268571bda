/**
 * A simulated PBX in its own process, for tests that kill it.
 *
 * Arguments: port (0: a free one), number of agents. Messages: `{"do":"callAll"}` places a call to
 * every agent, `{"do":"report"}` requests a report.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createSimulator } from '@accolades-flow/simulator';
import { readFields, readText } from '../support/read.ts';
import { agentKey, type ServerMessage } from './messages.ts';

async function main([port = '', count = '']: readonly string[]): Promise<void> {
  const say = (message: ServerMessage): void => {
    process.send?.(message);
  };
  const agents = Array.from({ length: Number(count) }, (_, n) => ({
    idCrm: agentKey(n),
    name: `Agent ${n}`,
  }));
  const pauses = monitorEventLoopDelay({ resolution: 5 });
  pauses.enable();
  const simulator = await createSimulator({ port: Number(port), agents });
  say({ kind: 'listening', port: simulator.port });
  pauses.reset();
  let calls = 0;
  process.on('message', (message: unknown) => {
    const order = readText(readFields(message), 'do');
    if (order === 'callAll') {
      let delivered = 0;
      for (const { idCrm } of agents) {
        const uniqueId = `1700000000.${++calls}`;
        delivered += simulator.placeCall({ agents: idCrm, phoneNumber: '0211234567', uniqueId }).delivered
          .length;
      }
      say({ kind: 'called', delivered });
    } else {
      const { maxSessionsPerAgent, connectTimes } = simulator.statistics;
      say({
        kind: 'report',
        sessions: simulator.sessions().length,
        maxSessionsPerAgent,
        connectTimes,
        longestPauseMs: pauses.max / 1e6,
      });
    }
  });
  process.on('disconnect', () => process.exit());
}

void main(process.argv.slice(2));
