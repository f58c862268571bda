/** Commands and requests that both hosts send, with the message that both must produce. */
export interface CommandCase {
  readonly name: string;
  readonly command: 'dial' | 'ping';
  /** Parameters of a dial, as a user or a flow writes them. */
  readonly deviceId?: string;
  readonly phoneNumber?: string;
  readonly numberFormat?: 'national' | 'e164' | 'international00' | 'asTyped';
  readonly country?: string;
  /** Fields of the expected message, or the code of the error. */
  readonly message: Readonly<Record<string, unknown>> | { readonly code: string };
}

const PHONE = {
  e164: '+40211234567',
  national: '021 123 4567',
  international: '+40 21 123 4567',
  country: 'RO',
  type: 'FIXED_LINE',
};

const dial = (name: string, fields: Partial<CommandCase>, message: CommandCase['message']): CommandCase => ({
  name,
  command: 'dial',
  deviceId: '27',
  ...fields,
  message: 'code' in message ? message : { command: 'dial', ok: true, deviceId: '27', ...message },
});

export const COMMAND_CASES: readonly CommandCase[] = [
  { name: 'a ping', command: 'ping', message: { command: 'ping', ok: true, response: { type: 'pong' } } },
  dial(
    'a national number',
    { phoneNumber: '021 123 4567' },
    { phoneNumber: '0211234567', phone: PHONE, response: { type: 'ok' } },
  ),
  dial(
    'an international one',
    { phoneNumber: '+40 (21) 123-45.67' },
    { phoneNumber: '0211234567', phone: PHONE },
  ),
  dial('a link', { phoneNumber: 'tel:+40211234567' }, { phoneNumber: '0211234567' }),
  dial('a star code', { phoneNumber: '*97' }, { phoneNumber: '*97', phone: null }),
  dial('two numbers in one field', { phoneNumber: '0721234567 / 0722345678' }, { code: 'INVALID_PARAMETER' }),
  dial('two extensions', { phoneNumber: '101 102' }, { code: 'INVALID_PARAMETER' }),
  dial('an extension', { phoneNumber: '101' }, { phoneNumber: '101', phone: null }),
  dial(
    'a number of another country',
    { phoneNumber: '030 901820', country: 'DE' },
    { phoneNumber: '030901820' },
  ),
  dial('as E.164', { phoneNumber: '0211234567', numberFormat: 'e164' }, { phoneNumber: '+40211234567' }),
  dial(
    'with 00',
    { phoneNumber: '0211234567', numberFormat: 'international00' },
    { phoneNumber: '0040211234567' },
  ),
  dial('as typed', { phoneNumber: '021-123 4567', numberFormat: 'asTyped' }, { phoneNumber: '0211234567' }),
  dial('no number', { phoneNumber: 'hello' }, { code: 'INVALID_PARAMETER' }),
  dial('no device', { deviceId: 'two words', phoneNumber: '0211234567' }, { code: 'INVALID_PARAMETER' }),
  dial('an unknown device', { deviceId: '999', phoneNumber: '0211234567' }, { code: 'BAD_REQUEST' }),
];

/** Texts as users store them in Accolades, and the values read from them. */
export const CONFIGURATION = {
  stored: {
    account: { id: '15', data: '{"company":"Example"}' },
    phone: { id: '27', data: 'room,floor\nLobby,0' },
    agent: { id: '321', data: '<agent><team>reception</team></agent>' },
  },
  read: {
    account: {
      id: '15',
      data: '{"company":"Example"}',
      parsed: { format: 'json', data: { company: 'Example' }, problem: null },
    },
    phone: {
      id: '27',
      data: 'room,floor\nLobby,0',
      parsed: { format: 'csv', data: [{ room: 'Lobby', floor: '0' }], problem: null },
    },
    agent: {
      id: '321',
      data: '<agent><team>reception</team></agent>',
      parsed: { format: 'xml', data: { agent: { team: 'reception' } }, problem: null },
    },
  },
} as const;
