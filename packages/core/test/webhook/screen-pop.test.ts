import { expect } from 'chai';
import fc from 'fast-check';
import { AccoladesError } from '../../src/errors.ts';
import { CONNECTOR_ACKNOWLEDGEMENT, readScreenPop, screenPopReply } from '../../src/webhook/screen-pop.ts';

describe('the answer to a call of the browser connector', () => {
  it('holds the address and a title, and is readable by any page', () => {
    const answer = screenPopReply(' https://crm.example/contacts/7?from=phone ', ' Ana Pop ');
    expect(JSON.parse(answer.body)).to.deep.equal({
      received: true,
      screenPop: { url: 'https://crm.example/contacts/7?from=phone', title: 'Ana Pop' },
    });
    expect(answer.headers).to.deep.equal({
      'content-type': 'application/json; charset=utf-8',
      'access-control-allow-origin': '*',
    });
  });

  for (const [name, url] of [
    ['null', null],
    ['undefined', undefined],
    ['blank text', '  '],
  ] as const) {
    it(`opens no page for ${name}`, () => {
      const answer = screenPopReply(url);
      expect(answer).to.deep.equal(CONNECTOR_ACKNOWLEDGEMENT);
      // Another object, so that it is not mistaken for the fallback.
      expect(answer).not.to.equal(CONNECTOR_ACKNOWLEDGEMENT);
      expect(CONNECTOR_ACKNOWLEDGEMENT.body).to.equal('{"received":true}');
    });
  }

  for (const url of [
    'http://crm.example/7',
    'javascript:alert(1)',
    'data:text/html,x',
    '//crm.example/7',
    'crm.example/7',
    'https://',
    'https://user:word@crm.example/',
    `https://crm.example/${'x'.repeat(2_048)}`,
    7,
    {},
  ]) {
    it(`refuses ${JSON.stringify(url).slice(0, 50)}`, () => {
      expect(() => screenPopReply(url))
        .to.throw(AccoladesError)
        .with.property('code', 'INVALID_REPLY');
    });
  }

  it('rejects a title that is not text, and cuts a long one', () => {
    expect(() => screenPopReply('https://crm.example', {})).to.throw(AccoladesError);
    expect(readScreenPop('https://crm.example', 42)).to.deep.equal({
      url: 'https://crm.example/',
      title: '42',
    });
    expect(readScreenPop('https://crm.example', 'x'.repeat(1_000))?.title).to.have.length(200);
  });

  it('contains only https addresses for any input', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webUrl(), fc.string(), fc.jsonValue()), (value) => {
        try {
          const pop = readScreenPop(value);
          if (pop !== null) expect(new URL(pop.url).protocol).to.equal('https:');
        } catch (error) {
          expect(error).to.be.instanceOf(AccoladesError);
        }
      }),
    );
  });
});
