/**
 * What each status of a working node means, by its key in the locale files. The page of statuses
 * demands one for each key.
 */
export const SHARED: Readonly<Record<string, string>> = {
  connecting: 'Yellow ring. The session is being opened, or the first answer is awaited. It takes seconds.',
  holding:
    'Yellow ring. So many messages have been held for more than 10 seconds, because a deployment has not started the flows yet. The log says what it waits for.',
  noNumber: 'Part of the last call (`↙ no number`): Accolades sent none, as with an anonymous caller.',
  'connected.protected': 'Green dot. Calls arrive.',
  'connected.exposed':
    'Green dot. Calls arrive, but the address starts with `ws://` and is not this machine: everything can be read on the network. Use `wss://`.',
  'connected.unverified':
    'Green dot. Calls arrive, but the certificate of the server is not verified. See [Own certificate](own-certificate.md).',
  'severalConnected.protected':
    'With several agents. Green dot when all are connected, yellow ring when some are or are on the way. When none is: red ring, with the reason that most of them have. The list in the dialog of the agent says why each of the others is not.',
  'severalConnected.exposed': 'The same, with an address that starts with `ws://`.',
  'severalConnected.unverified': 'The same, with a certificate that is not verified.',
};

export const OWN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'accolades-request': {
    asking: 'Yellow ring. The question was sent; the answer comes within 10 seconds.',
    answered: 'Green dot. The answer has come.',
    unknownVersion:
      'Yellow dot. The server speaks a newer version than this palette knows. Calls arrive; look for an update.',
  },
  'accolades-command': {
    sending: 'Blue ring. The command is on its way.',
    answered:
      'Green dot. Accolades has answered a ping. A dial that it has taken shows its number instead, such as `↗ 0211234567`.',
    paused:
      'Red ring. Accolades refused this account before, and nothing is sent until then, so that it does not block your IP address. A corrected account is tried at once.',
    refused: 'Red ring. Accolades refused this command; nothing more is sent until then.',
  },
  'accolades-webhook': {
    ready: 'Green dot. The path is there.',
    pathInUse: 'Red ring. Another node has this path. Choose another.',
    pathReserved: 'Red ring. The path belongs to the editor and administration of Node-RED. Choose another.',
    refused:
      'Yellow ring. A request was refused; the number is the HTTP status: 401 wrong secret, 403 address not allowed, 405 method, 408 too slow, 413 too large, 400 or 415 no form.',
    wrongPurpose:
      'Yellow ring. Another kind of request came than the node receives. It was answered so that no call is lost; set the address of a node of that purpose.',
    fallback: 'Yellow ring. The flow had not answered in time, so the fallback was sent.',
  },
  'accolades-contact': {
    reading: 'Yellow ring. A new list of contacts is being read; 100,000 take about a second.',
    exact: 'Green dot. One contact has the number.',
    likely:
      'Green dot. One contact has a number with the same last nine digits, but it is not known to be the same number.',
    several: 'Blue dot. So many contacts have the number.',
    notFound: 'Grey dot. No contact has the number.',
    noContacts: 'Yellow ring. The list of contacts is empty.',
    noNumbers:
      'Yellow ring. No field of the contacts is known to hold numbers. Write the names of these fields into the node.',
    notPublic:
      'Grey dot. What was parsed is an extension, or no number. A public number is shown instead, such as `021 123 4567`.',
  },
  'accolades-reply': {
    answered: 'Green dot. The answer was sent.',
  },
};
