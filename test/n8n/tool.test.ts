import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { IDataObject } from 'n8n-workflow';
import { NodeRuntime, type Credentials, type ExecuteOptions } from './node-runtime.ts';
import { startRestStandIn, type RestStandIn } from './rest-stand-in.ts';

const PASSWORD = 'api-P4ss!word';
const DIAL = { resource: 'call', operation: 'dial', deviceId: '27', phoneNumber: '0211234567' };
const NOT_AGAIN = /Do not (?:dial again and do not )?call this tool again/;

/** What happened, what to do, and what not to do, in the words that a model must read. */
const FAILURES: readonly {
  readonly name: string;
  readonly answer?: { readonly status: number; readonly body: string } | 'nothing';
  readonly parameters?: IDataObject;
  readonly credentials?: Credentials;
  readonly says: readonly RegExp[];
}[] = [
  {
    name: 'a lost answer',
    answer: 'nothing',
    says: [
      /not known whether Accolades carried it out/,
      /phone may be ringing/,
      /ask them to look at the phone/,
    ],
  },
  {
    name: 'an answer that nobody understands',
    answer: { status: 200, body: '<html>' },
    says: [/not with a JSON object/, /phone may be ringing/],
  },
  {
    name: 'a refused account',
    answer: { status: 401, body: '{"type":"Error","message":"No","code":"401"}' },
    says: [/HTTP status 401/, /Correct the credential/, /Nothing was done/, /before 20.*blocked/],
  },
  {
    name: 'a wrong path',
    answer: { status: 404, body: '{"type":"Error","message":"No","code":"404"}' },
    says: [/HTTP status 404/, /Check the server address/, /Nothing was done/, /before 20/],
  },
  {
    name: 'a bad request',
    answer: { status: 400, body: '{"type":"Error","message":"No","code":"400"}' },
    says: [/Check the device id and the phone number/, /do not guess others: ask the user/],
  },
  {
    name: 'a server error',
    answer: { status: 500, body: '{"type":"Error","message":"No","code":"500"}' },
    says: [/failed to carry out/, /more than once/],
  },
  {
    name: 'two numbers in one field',
    parameters: { ...DIAL, phoneNumber: '101 102' },
    says: [/not clearly one number/, /Give one number, not a list/, /ask the user/],
  },
  {
    name: 'a credential without a password',
    credentials: { accoladesAccountApi: { accountNumber: '1', password: '', url: '' } },
    says: [/No API password/, /Open the credential/, /Tell the user/],
  },
  {
    name: 'a server that cannot be reached',
    credentials: { accoladesAccountApi: { accountNumber: '1', password: 'x', url: 'http://127.0.0.1:9' } },
    says: [/Nothing answers at this address/, /Check the server address/, /more than once/],
  },
];

describe('The node Accolades as a tool of an AI agent', () => {
  let runtime: NodeRuntime;
  let rest: RestStandIn;

  before(async () => {
    runtime = await NodeRuntime.load();
  });
  beforeEach(async () => {
    rest = await startRestStandIn(PASSWORD);
  });
  afterEach(() => rest.close());

  const optionsOf = (more: Partial<ExecuteOptions> = {}): ExecuteOptions => ({
    parameters: DIAL,
    credentials: { accoladesAccountApi: { accountNumber: '1', password: PASSWORD, url: rest.url } },
    ...more,
  });

  it('returns to the model what the server accepted', async () => {
    expect(await runtime.invokeTool('accolades', optionsOf())).to.contain('"ok":true');
  });

  for (const { name, answer, parameters, credentials, says } of FAILURES) {
    it(`tells the model what to do and not to do after ${name}, in each way that n8n runs tools`, async () => {
      rest.answerWith(answer ?? null);
      const options = optionsOf({
        ...(parameters === undefined ? {} : { parameters: { ...DIAL, ...parameters } }),
        ...(credentials === undefined ? {} : { credentials }),
      });
      const texts = [await runtime.invokeTool('accolades', options)];
      await rest.close();
      rest = await startRestStandIn(PASSWORD);
      rest.answerWith(answer ?? null);
      // Newer agents leave the call to the engine, and show the model only the error's message.
      const again =
        credentials === undefined ? { ...options, credentials: optionsOf().credentials ?? {} } : options;
      const { error } = await runtime.execute('accoladesTool', again);
      texts.push(error?.message ?? 'no error');
      for (const text of texts) {
        expect(text).to.match(NOT_AGAIN);
        for (const part of says) expect(text).to.match(part);
        expect(text).not.to.contain(PASSWORD);
      }
    });
  }

  it('says the same in the item of a node that goes on', async () => {
    rest.answerWith('nothing');
    const options = optionsOf({ settings: { onError: 'continueRegularOutput' } });
    expect(await runtime.invokeTool('accolades', options)).to.match(NOT_AGAIN);
  });

  it('is not dialled again by “Retry On Fail” when the phone may ring', async () => {
    rest.answerWith('nothing');
    const settings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };
    expect(await runtime.invokeTool('accolades', optionsOf({ settings }))).to.match(NOT_AGAIN);
    expect(rest.commands).to.have.lengthOf(1);
  });

  it('is not dialled again when the model writes the number in another form', async () => {
    rest.answerWith('nothing');
    const executionId = randomUUID();
    const dial = async (phoneNumber: string) => {
      const parameters = { ...DIAL, phoneNumber };
      expect(await runtime.invokeTool('accolades', optionsOf({ executionId, parameters }))).to.match(
        NOT_AGAIN,
      );
    };
    for (const form of ['0721 234 567', '+40721234567', 'tel:0040-721-234-567']) await dial(form);
    expect(rest.commands).to.have.lengthOf(1);
    await dial('0721 234 568');
    expect(rest.commands).to.have.lengthOf(2);
  });

  it('explains to a person in two parts, without the words for models', async () => {
    rest.answerWith('nothing');
    const { error } = await runtime.execute('accolades', optionsOf());
    expect(`${error?.message ?? ''} ${error?.description ?? ''}`).not.to.match(/this tool/);
  });
});
