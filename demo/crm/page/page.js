import { mrkdwn } from './mrkdwn.js';

const kept = 100;
/** How long a contact that was just called stays lit, in milliseconds. */
const litMs = 6000;

const channel = document.querySelector('#channel');
const contacts = document.querySelector('#contacts');
const messages = document.querySelector('#messages');
const connection = document.querySelector('#connection');

/** Of a caller whom the PBX does not name. */
const hidden = 'hidden number';

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});

// In a frame, the page around it has the title and the links.
if (window !== window.parent) document.documentElement.classList.add('framed');

connect();

function connect() {
  const events = new EventSource('/events');
  events.addEventListener('open', () => showConnection('live'));
  events.addEventListener('error', () => showConnection('offline'));
  on(events, 'state', showState);
  on(events, 'channelMessage', (message) => addToChannel(message, true));
  on(events, 'contact', (contact) => showContact(contact, true));
  on(events, 'flowMessage', (message) => addFlowMessage(message, true));
}

function on(events, name, show) {
  events.addEventListener(name, (event) => show(JSON.parse(event.data)));
}

/** Everything, as it is when the page opens or comes back. */
function showState(state) {
  for (const list of [channel, contacts, messages]) list.replaceChildren();
  showLinks(state.links);
  text('#slack-note', state.realSlack ? 'sent to your Slack' : 'stands in for Slack');
  for (const contact of state.contacts) showContact(contact, false);
  for (const message of state.channel) addToChannel(message, false);
  for (const message of state.flowMessages) addFlowMessage(message, false);
}

function showConnection(state) {
  connection.className = state;
  connection.textContent = state === 'live' ? 'live' : 'not running';
}

function showLinks(links) {
  const nodes = links.map(({ label, url }) => {
    const here = new URL(url).href === location.href;
    const link = make('a', '', label);
    if (here) link.setAttribute('aria-current', 'page');
    link.href = url;
    if (!here) link.target = `accolades-${label}`;
    return link;
  });
  document.querySelector('#links').replaceChildren(...nodes);
}

function addToChannel(message, isNew) {
  const item = make('li', isNew ? 'new' : '');
  const body = make('div', 'body');
  const head = make('p', 'head');
  head.append(make('strong', '', 'Call flow'), make('span', 'app', 'APP'), time(message.at));
  body.append(head, ...bodyOf(message));
  item.append(make('span', 'avatar', '☎'), body);
  prepend(channel, item);
}

/** Section and context blocks, or else the text. */
function bodyOf(message) {
  const blocks = message.blocks.flatMap((block) => {
    const texts = [
      block?.text?.text,
      ...(Array.isArray(block?.elements) ? block.elements.map((part) => part?.text) : []),
    ];
    return texts.filter((part) => typeof part === 'string').map((part) => paragraph(part, block.type));
  });
  return blocks.length > 0
    ? blocks
    : message.text.split('\n').map((line, index) => paragraph(line, index ? 'more' : ''));
}

function paragraph(content, kind) {
  const made = make('p', kind);
  made.append(mrkdwn(content));
  return made;
}

const lit = new Map();

function showContact(contact, isNew) {
  const row = make('tr');
  row.dataset.id = contact.id;
  const who = make('td', 'who');
  who.append(make('strong', '', contact.name), make('span', 'sub', contact.company));
  const last = make('td', 'last');
  if (contact.lastCallAt) {
    const when = time(Date.parse(contact.lastCallAt));
    const how = make('span', 'sub');
    how.append(direction(contact.lastCallDirection), ` ${contact.lastCallAgent ?? ''}`);
    last.append(when, how);
  } else last.append(make('span', 'none', 'no call yet'));
  row.append(who, make('td', 'phone', contact.phone), last, make('td', 'number', contact.calls));
  const old = contacts.querySelector(`tr[data-id="${contact.id}"]`);
  if (old) old.replaceWith(row);
  else contacts.append(row);
  text('#contact-count', `${contacts.children.length} contacts`);
  if (!isNew) return;
  // One at a time: the eye should find the contact of the last call.
  for (const [other, timer] of lit) {
    clearTimeout(timer);
    other.classList.remove('lit');
  }
  lit.clear();
  row.classList.add('lit');
  row.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
  lit.set(
    row,
    setTimeout(() => row.classList.remove('lit'), litMs),
  );
}

function addFlowMessage(message, isNew) {
  const item = make('li', isNew ? 'new' : '');
  const details = make('details');
  const row = make('summary');
  row.append(time(message.at));
  if (message.direction) {
    row.append(
      direction(message.direction),
      make('span', 'phone', message.number || hidden),
      make('span', 'agent', message.agent),
      who(message),
      marks(message),
    );
  } else {
    const connected = message.event === 'agentConnected';
    row.append(
      make(
        'span',
        connected ? 'badge connected' : 'badge disconnected',
        connected ? 'connected' : 'disconnected',
      ),
      make('span', 'phone', ''),
      make('span', 'agent', message.agent),
      make('span', 'who none', message.reason ?? 'ready for calls'),
      make('span', 'marks', ''),
    );
  }
  details.append(row, make('pre', '', JSON.stringify(message.body, null, 2)));
  item.append(details);
  prepend(messages, item);
}

function who({ contact, number }) {
  const made = make('span', contact ? 'who' : 'who none');
  if (!contact) {
    // Where there is no room for a column of numbers, the number is all that tells who it is.
    made.append(make('span', 'phone-here', `${number || hidden}, `), 'not found in the CRM');
    return made;
  }
  made.append(make('strong', '', contact.name), contact.company ? `, ${contact.company}` : '');
  return made;
}

function marks({ slack, crm }) {
  const made = make('span', 'marks');
  for (const [name, accepted] of [
    ['Slack', slack],
    ['CRM', crm],
  ]) {
    if (accepted === null) continue;
    made.append(make('span', accepted ? 'mark done' : 'mark failed', `${name} ${accepted ? '✓' : '✗'}`));
  }
  return made;
}

function direction(name) {
  return make('span', `badge ${name}`, name);
}

function time(at) {
  const made = make('time', '', clock.format(at));
  made.dateTime = new Date(at).toISOString();
  return made;
}

/** Newest first, and not for ever. */
function prepend(list, item) {
  list.prepend(item);
  while (list.children.length > kept) list.lastElementChild.remove();
}

function make(name, className = '', content = '') {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (content !== '') made.textContent = content;
  return made;
}

function text(selector, content) {
  document.querySelector(selector).textContent = content;
}
