import type { FastifyInstance } from 'fastify';
import { ALL_AGENTS } from '../faults/faults.ts';
import type { AgentInfo } from '../pbx/agent.ts';
import type { Simulator } from '../simulator.ts';
import { BadRequest } from './request-body.ts';
import type { RequestBody } from './request-body.ts';

/** What the console's routes share. Agents are identified by their key. */
export class RouteContext {
  readonly app: FastifyInstance;
  readonly simulator: Simulator;

  constructor(app: FastifyInstance, simulator: Simulator) {
    this.app = app;
    this.simulator = simulator;
  }

  /** @throws BadRequest when there is no such agent */
  agentOf(key: unknown): AgentInfo {
    const agent = this.simulator.agents().find((candidate) => candidate.key === Number(key));
    if (!agent) throw new BadRequest('There is no such agent any more.');
    return agent;
  }

  /** The `idCrm` of the body's agent, or all agents when it names none. */
  targetOf(body: RequestBody): string {
    return body.has('agent') ? this.agentOf(body.number('agent')).idCrm : ALL_AGENTS;
  }
}
