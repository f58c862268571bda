import os from 'node:os';
import { nodeRuntime } from '../../hosts/node-runtime.ts';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  /** The Node.js version of the measured processes. */
  readonly node: string;
  readonly os: string;
  /** The load at the beginning: the mean number of running processes over a minute. */
  readonly load: number;
}

export function describeMachine(): Machine {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    memoryGb: Math.round(os.totalmem() / 1024 ** 3),
    node: nodeRuntime().version,
    os: `${os.type()} ${os.release()} ${os.arch()}`,
    load: os.loadavg()[0] ?? 0,
  };
}

export function machineLine({ cpu, cores, memoryGb, node, os: system, load }: Machine): string {
  return `${cpu}, ${cores} cores, ${memoryGb} GB; Node.js ${node}; ${system}; load ${load.toFixed(1)}`;
}
