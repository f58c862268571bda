import { createSimulator, type CallLife, type Simulator } from '@accolades-flow/simulator';
import { waitUntil } from '../../hosts/deadline.ts';

/** The secrets of these tests. */
export const IDCRM = '9f3e1c70aa';
export const PASSWORD = 'api-P4ss!word';
export const SECRET = 'k3yB7-wq9ZpT2_xL5mNd';
export const SECRETS = [IDCRM, PASSWORD, SECRET] as const;

export const ACCOUNT = '100200';
/** The agent's device, and the user id in its notifications. */
export const DEVICE = '27';

/** A PBX with one agent, the agent's phone and one account. Nothing happens automatically. */
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

/** The address of the REST API. */
export function restUrl(simulator: Simulator): string {
  if (simulator.restUrl === null) throw new Error('The simulator has no REST API.');
  return simulator.restUrl;
}

/** The number of commands that have reached the account. */
export function commandCount(simulator: Simulator): number {
  return simulator.telephony.accountLog(ACCOUNT).length;
}

/** Waits until the newest call matches. */
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
