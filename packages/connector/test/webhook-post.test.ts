import { expect } from 'chai';
import { checkPage } from '../src/screen-pop.ts';
import { outcomeOf, requestBody } from '../src/webhook-post.ts';

const CONFIGURATION = {
  url: 'https://flow.example/calls',
  secret: 's3cret',
  secretParameter: 'key',
  popOrigins: new Set<string>(),
};
const AGENT = { label: 'Front desk', id: '321', phoneId: '27', accountId: '15' };

describe('what is posted', () => {
  it('is a form with the frame as it came, and the secret', () => {
    const frame = '{"type":"incomingCall", "uniqueId":1608743891.1340}';
    const body = requestBody(
      { id: 'e1', at: 0, content: { frame, shortFrame: '' } },
      CONFIGURATION,
      AGENT,
      1_500.4,
    );
    expect(Object.fromEntries(new URLSearchParams(body))).to.deep.equal({
      apiName: 'connectorEvent',
      eventId: 'e1',
      ageMs: '1500',
      agent: JSON.stringify(AGENT),
      frame,
      key: 's3cret',
    });
  });

  it('leaves out what is not known', () => {
    const content = { event: 'agentConnected', reason: null } as const;
    const body = requestBody(
      { id: 'e1', at: 0, content },
      { ...CONFIGURATION, secret: '' },
      { ...AGENT, label: '' },
      -1,
    );
    expect(Object.fromEntries(new URLSearchParams(body))).to.deep.equal({
      apiName: 'connectorEvent',
      eventId: 'e1',
      ageMs: '0',
      agent: '{"id":"321","phoneId":"27","accountId":"15"}',
      event: 'agentConnected',
    });
  });
});

describe('what is answered', () => {
  it('is an acknowledgement, with or without a page', () => {
    expect(outcomeOf(200, '{"received":true}')).to.deep.equal({ kind: 'delivered', page: null });
    expect(
      outcomeOf(200, '{"received":true,"screenPop":{"url":"https://crm.example/7","title":"Ana"}}'),
    ).to.deep.equal({ kind: 'delivered', page: { url: 'https://crm.example/7', title: 'Ana' } });
    expect(outcomeOf(200, '{"received":true,"screenPop":{"url":7}}')).to.deep.equal({
      kind: 'delivered',
      page: null,
    });
  });

  it('may say that another agent answered the call', () => {
    const answered = (label: unknown): unknown =>
      outcomeOf(200, JSON.stringify({ received: true, answeredBy: { label } }));
    expect(answered('Ana')).to.deep.equal({ kind: 'delivered', page: { answeredBy: 'Ana' } });
    expect(answered(null)).to.deep.equal({ kind: 'delivered', page: { answeredBy: '' } });
    expect(answered('x'.repeat(500))).to.deep.equal({
      kind: 'delivered',
      page: { answeredBy: 'x'.repeat(100) },
    });
  });

  for (const [status, text, problem, again] of [
    [200, 'n8n is starting up. Please wait', 'noEndpoint', 'soon'],
    [200, '<html>Log in</html>', 'noEndpoint', 'soon'],
    [200, '{"message":"Workflow was started"}', 'noEndpoint', 'soon'],
    [200, 'null', 'noEndpoint', 'soon'],
    [404, '', 'noEndpoint', 'soon'],
    [401, '{"error":"SECRET_WRONG"}', 'secret', 'later'],
    [403, '', 'secret', 'later'],
    [429, '', 'busy', 'soon'],
    [502, '', 'status', 'soon'],
    [400, '', 'refused', 'never'],
    [413, '', 'refused', 'never'],
  ] as const) {
    it(`${status} “${text.slice(0, 20)}” is ${problem}, to be tried again ${again}`, () => {
      expect(outcomeOf(status, text)).to.deep.equal({ kind: 'failed', problem, again, status });
    });
  }
});

describe('a page that the flow answers', () => {
  const origins = new Set(['https://crm.example']);

  it('is opened when its origin is listed', () => {
    expect(checkPage({ url: 'https://crm.example/7?a=b#c', title: 'Ana' }, origins)).to.deep.equal({
      ok: true,
      url: 'https://crm.example/7?a=b#c',
      title: 'Ana',
    });
  });

  for (const [url, refusal] of [
    ['http://crm.example/7', 'notHttps'],
    ['javascript:alert(document.domain)', 'notHttps'],
    ['data:text/html,x', 'notHttps'],
    ['blob:https://crm.example/1', 'notHttps'],
    ['https://crm.example.evil.example/', 'originNotListed'],
    ['https://crm.example:8443/', 'originNotListed'],
    ['https://crm.example@evil.example/', 'originNotListed'],
    ['https://me:word@crm.example/', 'originNotListed'],
    ['/contacts/7', 'unreadable'],
    ['', 'unreadable'],
  ] as const) {
    it(`is refused as ${refusal}: ${url}`, () => {
      expect(checkPage({ url, title: '' }, origins)).to.include({ ok: false, refusal });
    });
  }
});
