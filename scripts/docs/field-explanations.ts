/** Explains a field in the documentation that has no hint in its dialog. */
export interface FieldExplanation {
  /** Left out: the hint of the dialog says it. */
  readonly what?: string;
  /**
   * The part of the dialog it is in, a key of the locale file's `section`, where the label alone
   * does not tell which field it is.
   */
  readonly section?: string;
}

/** By node type and label. Null: the label is that of a group, and no field of its own. */
type Explanations = Readonly<Record<string, Readonly<Record<string, FieldExplanation | null>>>>;

const NAME = { what: 'What the node is called in the editor. Empty: what it does.' };
const OUTPUTS = { what: 'Each chosen event has an output of its own, in the order of the list.' };

/** The pages of the nodes demand one for each label without a hint. */
export const FIELDS: Explanations = {
  'accolades-agent': {
    name: {
      what: 'What the agent is called in the editor, and in messages when it is alone and its idCrm has no name before it.',
    },
    test: {
      what: 'Connects for a moment with what is typed or stored, before it is deployed, and says whether Accolades accepts it, and as whom.',
    },
  },
  'accolades-account': {
    name: { what: 'What the account is called in the editor.' },
    test: {
      what: 'Asks Accolades with one _ping_ whether it accepts what is typed or stored, before it is deployed.',
    },
  },
  'accolades-call': {
    name: NAME,
    agent: { what: 'The agents whose calls arrive.' },
    events: {
      what: 'What the node sends: incoming calls, outgoing calls, an agent connected, an agent disconnected.',
    },
    callSource: { what: 'All calls, only those of queues and campaigns, or only direct ones.' },
    options: null,
    splitOutputs: OUTPUTS,
  },
  'accolades-request': {
    name: NAME,
    agent: { what: 'Whose session is asked.' },
    request: {
      what: 'The texts that Accolades stores for account, phone and agent, the version of the server, or which agents are connected.',
    },
  },
  'accolades-command': {
    name: NAME,
    account: { what: 'The account that sends the command.' },
    command: {
      what: '_dial_ rings the device and then calls the number; _ping_ checks server, account and password.',
    },
  },
  'accolades-contact': {
    name: NAME,
    task: {
      what: '_find_ looks for who has the number, with the outputs found, several and not found; _parse_ lists every way to write it.',
    },
  },
  'accolades-webhook': {
    name: NAME,
    method: { what: 'Of IVR requests: POST, GET, or both. Everything else is sent with POST.' },
    generate: null,
    events: {
      what: 'What starts the flow. Everything else that Accolades sends is answered all the same, so that no call is lost.',
    },
    waitAnswered: { section: 'outcome' },
    waitUnanswered: { section: 'outcome' },
    hangups: { section: 'outcome' },
    callSource: {
      what: 'Of the browser connector: all calls, only those of queues and campaigns, or only direct ones.',
    },
    rings: null,
    splitOutputs: OUTPUTS,
    outputs: null,
    answer: null,
    flowAnswersIvr: {
      section: 'ivr',
      what: 'On: the request waits for the reply node, up to the time limit. Off: it is answered at once, with the variables below.',
    },
    ivrFallback: { section: 'ivr' },
    flowConfirmsHangup: {
      section: 'hangup',
      what: 'On: the reply node says whether the call goes on. Off: what is chosen below, at once.',
    },
    hangupFallback: { section: 'hangup' },
    hangupFallbackSeconds: {
      section: 'hangup',
      what: 'The new duration limit, when the fallback extends the call. What it counts from is not published.',
    },
    hangupFormat: { section: 'hangup' },
    hangupDecisionField: { section: 'hangup', what: 'The name of the field with the decision.' },
    hangupDropValue: { section: 'hangup', what: 'What is written there when the call is dropped.' },
    hangupExtendValue: { section: 'hangup', what: 'What is written there when the call goes on.' },
    hangupSecondsField: {
      section: 'hangup',
      what: 'The name of the field with the new duration limit, in seconds.',
    },
    hangupTemplate: { section: 'hangup' },
    hangupContentType: {
      section: 'hangup',
      what: 'Of an answer that is a template. Empty: `text/plain; charset=utf-8`.',
    },
    flowPopsScreen: { section: 'connector' },
    popWhenAnswered: { section: 'connector' },
  },
  'accolades-reply': {
    name: NAME,
    reply: { what: 'Which kind of request the node answers.' },
    variablesFrom: { what: 'Whether the variables of an IVR are an object, or typed one by one in a list.' },
  },
};
