import { AccoladesError, parseAgentList, type AgentCredential } from '@accolades-flow/core';
import { hasVariableInside } from '../../runtime/variable.ts';

/**
 * The agents of the field idCrm, once the runtime has replaced a variable.
 * @param name what the configuration node is called
 * @throws AccoladesError `INVALID_CREDENTIAL`, saying what is wrong; no secret in it
 */
export function typedAgents(idCrm: unknown, name = ''): AgentCredential[] {
  if (typeof idCrm === 'string' && hasVariableInside(idCrm)) {
    // It would be sent as it is, and the agent be called offline.
    throw new AccoladesError('INVALID_CREDENTIAL', {
      what: 'An environment variable stands beside other text. Node-RED replaces one only when it is the whole field: put the whole list into it.',
    });
  }
  return parseAgentList(idCrm, name);
}
