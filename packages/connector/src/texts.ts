import type { AccoladesErrorCode } from '@accolades-flow/core/web';
import type { ConfigurationProblem } from './configuration.ts';
import type { LostReason } from './delivery-queue.ts';
import type { JsonFault, JsonMistake } from './json-fault.ts';
import type { PageRefusal } from './screen-pop.ts';
import type { DeliveryProblem } from './webhook-post.ts';

/** All texts of the page, in one language. */
export interface Texts {
  readonly language: string;
  readonly title: string;
  readonly labels: Readonly<Record<'connection' | 'delivery' | 'call' | 'page', string>>;
  readonly missingParameters: (names: string) => string;
  readonly idle: string;
  readonly connecting: string;
  readonly connected: string;
  readonly closed: string;
  readonly retryAt: (time: string) => string;
  /** Why there is no connection. `NETWORK` stands for all codes that are not listed. */
  readonly reasons: Readonly<Partial<Record<AccoladesErrorCode, string>> & { readonly NETWORK: string }>;
  readonly waitingForConfiguration: string;
  readonly configuration: Readonly<Record<ConfigurationProblem, (detail: string) => string>>;
  /** Where a text stops being JSON; goes into `configuration.notJson`. */
  readonly jsonPlace: (fault: JsonFault, mistake: string) => string;
  readonly jsonMistakes: Readonly<Record<JsonMistake, string>>;
  readonly ready: (host: string) => string;
  readonly delivered: (host: string) => string;
  readonly trouble: Readonly<Record<DeliveryProblem, (host: string, status: string) => string>>;
  readonly waiting: (count: number) => string;
  readonly lost: Readonly<Record<LostReason, (count: number) => string>>;
  readonly noCall: string;
  readonly incoming: string;
  readonly outgoing: string;
  readonly hiddenNumber: string;
  readonly noPage: string;
  readonly opened: string;
  readonly notified: string;
  readonly blocked: string;
  readonly unsure: string;
  readonly sandboxed: string;
  readonly ask: string;
  readonly late: string;
  readonly elsewhere: (label: string) => string;
  readonly refusals: Readonly<Record<PageRefusal, (shown: string) => string>>;
  readonly allowNotifications: string;
  readonly notification: string;
}

const english: Texts = {
  language: 'en',
  title: 'Accolades to flow',
  labels: { connection: 'Accolades', delivery: 'Flow', call: 'Last call', page: 'Last page' },
  missingParameters: (names) =>
    `The address of this page lacks ${names}. Accolades adds that when it loads the connector for an agent who is logged in.`,
  idle: 'Not connected yet',
  connecting: 'Connecting …',
  connected: 'Connected',
  closed: 'Closed',
  retryAt: (time) => `Next attempt at ${time}.`,
  reasons: {
    ID_NOT_FOUND: 'Accolades does not know this agent as logged in.',
    IP_MISSMATCH: 'Accolades sees this browser under another IP address than the agent’s.',
    CONNECTION_EXISTS:
      'The agent’s one connection is taken: by another tab, or another program such as a CRM. Close that one.',
    AUTH_REFUSED: 'Accolades refused the connection for a reason that this version does not know.',
    CONNECTION_CLOSED: 'Accolades ended the connection.',
    NETWORK: 'Accolades cannot be reached.',
  },
  waitingForConfiguration: 'Waiting for the configuration text …',
  configuration: {
    noText: () =>
      'The account has no configuration text. An administrator has to write this connector’s settings there.',
    notJson: (place) =>
      `The account’s configuration text is not JSON, so this connector’s settings cannot be read. ${place}`,
    noKey: () => 'The account’s configuration text has no settings for this connector (accoladesFlow).',
    urlMissing: () => 'The configuration text lacks the flow’s address (accoladesFlow.url).',
    urlWrong: () => 'The flow’s address (accoladesFlow.url) cannot be read.',
    urlNotHttps: (detail) => `The flow’s address (${detail}) must start with https://.`,
    urlHoldsSecret: () =>
      'The flow’s address holds the secret, which would be logged on the way. Write it as accoladesFlow.secret only.',
    secretMissing: () =>
      'The configuration text lacks the secret (accoladesFlow.secret). If the flow’s address holds the secret, move it from there. For an endpoint without a secret, write "secret": "".',
    secretWrong: () => 'The secret (accoladesFlow.secret) must be text.',
    parameterTaken: (detail) =>
      `The secret’s parameter (accoladesFlow.secretParameter) cannot be named ${detail}: events use that name. Choose another name, here and in the webhook node.`,
    originsWrong: (detail) =>
      `The pages that may be opened (accoladesFlow.screenPop.origins) must be a list such as ["https://crm.example.com"]. Wrong: ${detail}`,
  },
  jsonPlace: ({ line, column, character }, mistake) =>
    `Line ${line}, column ${column}${character === '' ? '' : ` (${character})`}: ${mistake}`,
  jsonMistakes: {
    typographicQuote: 'this is a typographic quotation mark; write ".',
    specialSpace: 'this is a special space, perhaps pasted from a word processor; write an ordinary one.',
    trailingComma: 'no comma may stand before a closing bracket; delete it.',
    missingComma: 'a comma is missing before this.',
    lineBreakInText: 'a text in quotation marks must end on its line.',
    endsEarly: 'the text ends too early; a bracket or quotation mark is not closed.',
    textAfterEnd: 'this stands after the end.',
    other: 'this character cannot stand here.',
  },
  ready: (host) => `Ready to send to ${host}`,
  delivered: (host) => `Sent to ${host}`,
  trouble: {
    unreachable: (host) => `${host} cannot be reached.`,
    localNetwork: (host) =>
      `${host} cannot be reached. This browser keeps this page from the local network (Local Network Access): if ${host} is there, allow that.`,
    redirected: (host) =>
      `${host} redirects to another address, to which the secret is not sent. Write the final address as accoladesFlow.url.`,
    unreadable: (host) =>
      `${host} answers, but this page may not read the answer. No webhook node is there, or something before it redirects, asks for a log-in or refuses.`,
    noEndpoint: (host, status) => `No webhook node for Accolades answers at ${host} (status ${status}).`,
    secret: (host, status) => `${host} refuses the secret or the address of this browser (status ${status}).`,
    refused: (host, status) => `${host} did not take an event (status ${status}).`,
    status: (host, status) => `${host} failed (status ${status}).`,
    busy: (host, status) => `${host} is busy (status ${status}).`,
  },
  waiting: (count) =>
    count === 1 ? '1 event waits and is sent again.' : `${count} events wait and are sent again.`,
  lost: {
    full: (count) => `${givenUp(count)}: more than 100 waited.`,
    old: (count) => `${givenUp(count)} after 12 hours.`,
    refused: (count) => `${givenUp(count)}: the flow’s address does not take them.`,
  },
  noCall: 'None yet',
  incoming: 'from',
  outgoing: 'to',
  hiddenNumber: 'hidden number',
  noPage: 'None yet',
  opened: 'Opened',
  notified: 'Offered as a notification, since the browser blocked the page',
  blocked: 'Blocked by the browser. Allow pop-ups for this site, or click',
  unsure:
    'The browser does not say whether it opened the page. If it did not, allow pop-ups for this site, or click',
  sandboxed:
    'Not opened: the sandbox in which Accolades shows this connector would cripple the page. Copy its address',
  ask: 'Not opened by itself, since a sandbox may cripple the page; click once to find out',
  late: 'Came too late to be opened by itself; click',
  elsewhere: (label) => (label === '' ? 'Another agent answered this call.' : `${label} answered this call.`),
  refusals: {
    notHttps: (shown) => `Not opened: ${shown} is not https:.`,
    originNotListed: (shown) => `Not opened: ${shown} is not listed in the configuration text.`,
    unreadable: () => 'Not opened: the flow’s address cannot be read.',
  },
  allowNotifications: 'Allow notifications',
  notification: 'Click to open the page for this call.',
};

const romanian: Texts = {
  language: 'ro',
  title: 'Accolades către flux',
  labels: { connection: 'Accolades', delivery: 'Flux', call: 'Ultimul apel', page: 'Ultima pagină' },
  missingParameters: (names) =>
    `Din adresa acestei pagini lipsește ${names}. Accolades îl adaugă când încarcă conectorul pentru un agent autentificat.`,
  idle: 'Încă neconectat',
  connecting: 'Se conectează …',
  connected: 'Conectat',
  closed: 'Închis',
  retryAt: (time) => `Următoarea încercare la ${time}.`,
  reasons: {
    ID_NOT_FOUND: 'Accolades nu cunoaște acest agent ca autentificat.',
    IP_MISSMATCH: 'Accolades vede acest browser la altă adresă IP decât cea a agentului.',
    CONNECTION_EXISTS:
      'Singura conexiune a agentului este ocupată: de altă filă sau de alt program, cum ar fi un CRM. Închideți-l pe acela.',
    AUTH_REFUSED: 'Accolades a refuzat conexiunea dintr-un motiv pe care această versiune nu îl cunoaște.',
    CONNECTION_CLOSED: 'Accolades a închis conexiunea.',
    NETWORK: 'Accolades nu răspunde.',
  },
  waitingForConfiguration: 'Se așteaptă textul de configurare …',
  configuration: {
    noText: () =>
      'Contul nu are text de configurare. Un administrator trebuie să scrie acolo setările conectorului.',
    notJson: (place) =>
      `Textul de configurare al contului nu este JSON, deci setările conectorului nu pot fi citite. ${place}`,
    noKey: () => 'Textul de configurare al contului nu are setări pentru acest conector (accoladesFlow).',
    urlMissing: () => 'Din textul de configurare lipsește adresa fluxului (accoladesFlow.url).',
    urlWrong: () => 'Adresa fluxului (accoladesFlow.url) nu poate fi citită.',
    urlNotHttps: (detail) => `Adresa fluxului (${detail}) trebuie să înceapă cu https://.`,
    urlHoldsSecret: () =>
      'Adresa fluxului conține secretul, care ar ajunge în jurnale pe drum. Scrieți-l numai ca accoladesFlow.secret.',
    secretMissing: () =>
      'Din textul de configurare lipsește secretul (accoladesFlow.secret). Dacă adresa fluxului conține secretul, mutați-l de acolo. Pentru o adresă fără secret, scrieți "secret": "".',
    secretWrong: () => 'Secretul (accoladesFlow.secret) trebuie să fie text.',
    parameterTaken: (detail) =>
      `Parametrul secretului (accoladesFlow.secretParameter) nu se poate numi ${detail}: evenimentele folosesc acest nume. Alegeți alt nume, aici și în nodul webhook.`,
    originsWrong: (detail) =>
      `Paginile care pot fi deschise (accoladesFlow.screenPop.origins) trebuie să fie o listă precum ["https://crm.example.com"]. Greșit: ${detail}`,
  },
  jsonPlace: ({ line, column, character }, mistake) =>
    `Linia ${line}, coloana ${column}${character === '' ? '' : ` (${character})`}: ${mistake}`,
  jsonMistakes: {
    typographicQuote: 'acestea sunt ghilimele tipografice; scrieți ".',
    specialSpace:
      'acesta este un spațiu special, poate copiat dintr-un editor de text; scrieți unul obișnuit.',
    trailingComma: 'înaintea unei paranteze de închidere nu poate sta o virgulă; ștergeți-o.',
    missingComma: 'înainte de acest caracter lipsește o virgulă.',
    lineBreakInText: 'un text între ghilimele trebuie să se termine pe rândul lui.',
    endsEarly: 'textul se termină prea devreme; o paranteză sau niște ghilimele nu sunt închise.',
    textAfterEnd: 'aceasta stă după sfârșit.',
    other: 'acest caracter nu poate sta aici.',
  },
  ready: (host) => `Gata de trimitere către ${host}`,
  delivered: (host) => `Trimis către ${host}`,
  trouble: {
    unreachable: (host) => `${host} nu răspunde.`,
    localNetwork: (host) =>
      `${host} nu răspunde. Acest browser nu lasă pagina să ajungă în rețeaua locală (Local Network Access): dacă ${host} este acolo, permiteți accesul.`,
    redirected: (host) =>
      `${host} redirecționează către altă adresă, la care secretul nu este trimis. Scrieți adresa finală ca accoladesFlow.url.`,
    unreadable: (host) =>
      `${host} răspunde, dar această pagină nu poate citi răspunsul. Nu este acolo un nod webhook, sau ceva dinaintea lui redirecționează, cere autentificare sau refuză.`,
    noEndpoint: (host, status) => `La ${host} nu răspunde un nod webhook pentru Accolades (stare ${status}).`,
    secret: (host, status) => `${host} refuză secretul sau adresa acestui browser (stare ${status}).`,
    refused: (host, status) => `${host} nu a primit un eveniment (stare ${status}).`,
    status: (host, status) => `${host} a eșuat (stare ${status}).`,
    busy: (host, status) => `${host} este ocupat (stare ${status}).`,
  },
  waiting: (count) =>
    count === 1
      ? '1 eveniment așteaptă și va fi retrimis.'
      : `${counted(count, 'evenimente')} așteaptă și vor fi retrimise.`,
  lost: {
    full: (count) => `${givenUpRomanian(count)}: așteptau mai mult de 100.`,
    old: (count) => `${givenUpRomanian(count)} după 12 ore.`,
    refused: (count) => `${givenUpRomanian(count)}: adresa fluxului nu le primește.`,
  },
  noCall: 'Încă niciunul',
  incoming: 'de la',
  outgoing: 'către',
  hiddenNumber: 'număr ascuns',
  noPage: 'Încă niciuna',
  opened: 'Deschisă',
  notified: 'Oferită ca notificare, fiindcă browserul a blocat pagina',
  blocked: 'Blocată de browser. Permiteți ferestrele pop-up pentru acest site sau apăsați',
  unsure:
    'Browserul nu spune dacă a deschis pagina. Dacă nu, permiteți ferestrele pop-up pentru acest site sau apăsați',
  sandboxed:
    'Nu a fost deschisă: cadrul restricționat (sandbox) în care Accolades arată conectorul ar strica pagina. Copiați adresa',
  ask: 'Nu a fost deschisă singură, fiindcă un cadru restricționat (sandbox) ar putea strica pagina; apăsați o dată pentru a afla',
  late: 'A venit prea târziu pentru a fi deschisă singură; apăsați',
  elsewhere: (label) =>
    label === '' ? 'La acest apel a răspuns alt agent.' : `La acest apel a răspuns ${label}.`,
  refusals: {
    notHttps: (shown) => `Nu a fost deschisă: ${shown} nu este https:.`,
    originNotListed: (shown) => `Nu a fost deschisă: ${shown} nu este în textul de configurare.`,
    unreadable: () => 'Nu a fost deschisă: adresa dată de flux nu poate fi citită.',
  },
  allowNotifications: 'Permite notificările',
  notification: 'Apăsați pentru a deschide pagina acestui apel.',
};

function givenUp(count: number): string {
  return count === 1 ? '1 event was given up' : `${count} events were given up`;
}

function givenUpRomanian(count: number): string {
  return `S-a renunțat la ${count === 1 ? '1 eveniment' : counted(count, 'evenimente')}`;
}

/** Romanian puts “de” after numbers from 20 on, unless their last two digits are 01 to 19. */
function counted(count: number, noun: string): string {
  const rest = count % 100;
  return count >= 20 && (rest === 0 || rest >= 20) ? `${count} de ${noun}` : `${count} ${noun}`;
}

export const LANGUAGES: readonly Texts[] = [english, romanian];

/**
 * The texts in the first language that the page knows, or else in English.
 * @param preferred such as `ro-RO`, best first
 */
export function textsFor(preferred: readonly string[]): Texts {
  for (const tag of preferred) {
    const found = LANGUAGES.find(({ language }) => language === tag.toLowerCase().split('-')[0]);
    if (found !== undefined) return found;
  }
  return english;
}
