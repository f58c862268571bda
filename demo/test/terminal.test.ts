import { expect } from 'chai';
import type { FlowMessage } from '../crm/flow-message.ts';
import { flowMessageLine } from '../terminal.ts';

const message: FlowMessage = {
  id: 1,
  at: 0,
  event: 'incomingCall',
  direction: 'incoming',
  number: '021 123 4567',
  agent: 'Front desk',
  callCenter: false,
  reason: null,
  contact: { id: 1, name: 'Maria Ionescu', company: 'Dental Plus' },
  text: null,
  slack: true,
  crm: true,
  body: {},
};

describe('a flow message in the terminal', () => {
  const line = (changes: Partial<FlowMessage>): string =>
    flowMessageLine({ ...message, ...changes }).replace(/^\S+/, '');

  it('is one readable line', () => {
    expect(line({})).to.match(
      /^ {2}incoming +021 123 4567 +Front desk +Maria Ionescu, Dental Plus +Slack ✓ {2}CRM ✓$/,
    );
  });

  it('says when a caller is not in the CRM and when something failed', () => {
    expect(line({ contact: null, slack: false, crm: null })).to.match(/not found in the CRM +Slack ✗$/);
  });

  it('shows agents that connect and disconnect', () => {
    const connection = { direction: null, number: null, contact: null, slack: null, crm: null };
    expect(line({ ...connection, event: 'agentDisconnected', reason: 'ID_NOT_FOUND' })).to.match(
      /^ {2}disconnected +Front desk +ID_NOT_FOUND$/,
    );
  });

  it('lets nothing from outside steer the terminal', () => {
    expect(line({ number: '\u001b[31m021\r\n\u0007' })).to.match(/^ {2}incoming +021 /);
    expect(line({ number: '\u001b[31m021\r\n\u0007' })).not.to.match(/\p{Cc}/u);
  });
});
