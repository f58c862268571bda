import { AccoladesError, parseAgentList, type AgentCredential } from '@accolades-flow/core';
import { hasVariableInside } from '../../runtime/variable.ts';

/**
 * Reads the field idCrm after the runtime has replaced a variable.
 * @param name the name of the configuration node
 * @throws AccoladesError `INVALID_CREDENTIAL`, saying what is wrong; holds no secret
 */
export function typedAgents(idCrm: unknown, name = ''): AgentCredential[] {
  if (typeof idCrm === 'string' && hasVariableInside(idCrm)) {
    // The literal text would be sent, and the server would report the agent as offline.
    throw new AccoladesError('INVALID_CREDENTIAL', {
      what: 'An environment variable stands beside other text. Node-RED replaces one only when it is the whole field: put the whole list into it.',
    });
  }
  return parseAgentList(idCrm, name);
}
