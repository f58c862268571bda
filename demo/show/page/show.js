const latest = document.querySelector('#latest');

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});

const events = new EventSource('/events');
events.addEventListener('state', (event) => {
  const calls = JSON.parse(event.data).flowMessages.filter(isCall);
  if (calls.length > 0) tell(calls.at(-1), false);
});
events.addEventListener('flowMessage', (event) => {
  const message = JSON.parse(event.data);
  if (isCall(message)) tell(message, true);
});
events.addEventListener('error', () => {
  latest.dataset.state = 'ended';
  latest.textContent = 'The demonstration has ended. Start it again with npm start.';
});

function isCall(message) {
  return message.direction !== null;
}

/** The latest call in a sentence. */
function tell(message, isNew) {
  const known = message.contact !== null;
  const who = known
    ? [message.contact.name, message.contact.company].filter(Boolean).join(', ')
    : message.number || (message.direction === 'incoming' ? 'A hidden number' : 'a hidden number');
  const time = make('time', clock.format(message.at));
  const parts =
    message.direction === 'incoming'
      ? [make('b', who), ' calls ', make('b', message.agent), '. ']
      : [make('b', message.agent), ' calls ', make('b', who), '. '];
  parts.push(...outcome(message, known));
  latest.dataset.state = message.slack === false || message.crm === false ? 'failed' : 'done';
  latest.replaceChildren(time, ' ', make('span', ''));
  latest.lastElementChild.append(...parts);
  if (!isNew) return;
  // Begun again for each call: a class that stays does not move.
  latest.classList.remove('new');
  void latest.offsetWidth;
  latest.classList.add('new');
}

function outcome({ slack, crm }, known) {
  const told = slack === null ? '' : slack ? 'told Slack' : 'could not tell Slack';
  const noted = crm === null ? '' : crm ? 'noted it in the CRM' : 'could not note it in the CRM';
  const done = [told, noted].filter(Boolean).join(' and ');
  return [known ? '' : 'Not in the CRM. ', done ? `The flow ${done}.` : ''];
}

function make(name, content) {
  const made = document.createElement(name);
  made.textContent = content;
  return made;
}
