/** An agent of the demonstration. */
export interface DemoAgent {
  name: string;
  /** Made up; valid only in the simulator. */
  idCrm: string;
  id: string;
  phoneId: string;
}

export const demoAgents: readonly DemoAgent[] = [
  { name: 'Front desk', idCrm: 'd3m0f7a21c', id: '321', phoneId: '27' },
  { name: 'Support', idCrm: 'd3m05b9e46', id: '322', phoneId: '28' },
  { name: 'Sales', idCrm: 'd3m0c18d73', id: '323', phoneId: '29' },
];

/**
 * The agents as a user types them into the agent node or the credential: one `label=idCrm` per
 * line.
 */
export function agentList(agents: readonly DemoAgent[] = demoAgents): string {
  return agents.map((agent) => `${agent.name}=${agent.idCrm}`).join('\n');
}
