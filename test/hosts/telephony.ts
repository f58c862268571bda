import { createSimulator, type CallLife, type Simulator } from '@accolades-flow/simulator';
import { waitUntil } from '../../hosts/deadline.ts';

/** The secrets of these tests. */
export const IDCRM = '9f3e1c70aa';
export const PASSWORD = 'api-P4ss!word';
export const SECRET = 'k3yB7-wq9ZpT2_xL5mNd';
export const SECRETS = [IDCRM, PASSWORD, SECRET] as const;

export const ACCOUNT = '100200';
/** The device of the one agent, and the user that its notifications name. */
export const DEVICE = '27';

/** A PBX with one agent, the agent's phone, one account, and nothing that happens by itself. */
export function startTelephony(): Promise<Simulator> {
  return createSimulator({
    agents: [
      {
        idCrm: IDCRM,
        name: 'Front desk',
        account: { id: '15', data: '{"company":"Example"}' },
        phone: { id: DEVICE, data: 'room,floor\nLobby,0' },
        agent: { id: '321', data: '<agent><team>reception</team></agent>' },
      },
    ],
    rest: {},
    accounts: [{ accountNumber: ACCOUNT, password: PASSWORD }],
    callSettings: { deviceAnswerMs: null, destinationAnswerMs: null },
  });
}

/** Where the REST API is. */
export function restUrl(simulator: Simulator): string {
  if (simulator.restUrl === null) throw new Error('The simulator has no REST API.');
  return simulator.restUrl;
}

/** The commands that reached the account so far. */
export function commandCount(simulator: Simulator): number {
  return simulator.telephony.accountLog(ACCOUNT).length;
}

/** The newest call, once it is as described. */
export function waitForCall(
  simulator: Simulator,
  what: string,
  matches: (call: CallLife) => boolean,
): Promise<CallLife> {
  return waitUntil(
    `a call ${what}`,
    () => {
      const [call] = simulator.telephony.calls();
      return call !== undefined && matches(call) && call;
    },
    {
      deadlineMs: 10_000,
      everyMs: 10,
      details: () => JSON.stringify(simulator.telephony.calls()[0]?.timeline ?? 'There is no call.'),
    },
  );
}
