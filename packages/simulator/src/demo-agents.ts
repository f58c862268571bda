import type { AgentSetup } from './pbx/agent.ts';
import type { AccountSetup } from './rest-api/account-directory.ts';

const ACCOUNT = {
  id: '15',
  data: '{"company":"Example Imports","crm":"https://crm.example/contacts?phone={number}"}',
};

/** Initial agents, with configuration texts in common formats. The keys are made up. */
export const DEMO_AGENTS: readonly AgentSetup[] = [
  {
    idCrm: 'demo-front-desk',
    name: 'Front desk',
    account: ACCOUNT,
    phone: { id: '27', data: 'room,floor\nLobby,0' },
    agent: { id: '321', data: '{"team":"reception","languages":["ro","en"]}' },
  },
  {
    idCrm: 'demo-support',
    name: 'Support',
    account: ACCOUNT,
    phone: { id: '28', data: 'room,floor\nWorkshop,1' },
    agent: { id: '322', data: '<agent><team>support</team><tier>2</tier></agent>' },
  },
  {
    idCrm: 'demo-sales',
    name: 'Sales',
    account: ACCOUNT,
    phone: { id: '29', data: '' },
    agent: { id: '323', data: 'Speaks to new customers only.' },
  },
];

/** An initial account of the REST API. Number and password are made up. */
export const DEMO_ACCOUNT: AccountSetup = { accountNumber: '100200', password: 'demo-password' };
