/**
 * Shows the part of Slack's "mrkdwn" that flows use: *bold*, _italic_, `code`, <address|text>,
 * :emoji:.
 */

const emoji = {
  telephone_receiver: '📞',
  phone: '☎️',
  grey_question: '❔',
  question: '❓',
  bell: '🔔',
  warning: '⚠️',
  white_check_mark: '✅',
  x: '❌',
  wave: '👋',
  star: '⭐',
};

const token =
  /\*([^*\n]+)\*|(?<![\p{L}\d])_([^_\n]+)_(?![\p{L}\d])|`([^`\n]+)`|<(https?:[^|>\s]+)(?:\|([^>\n]+))?>|:([a-z0-9_+-]+):/gu;

/**
 * @returns {DocumentFragment} built from text nodes only, so that nothing in a message becomes
 *   markup
 */
export function mrkdwn(text) {
  const fragment = document.createDocumentFragment();
  let done = 0;
  for (const match of text.matchAll(token)) {
    const [whole, bold, italic, code, address, label, name] = match;
    if (name !== undefined && !Object.hasOwn(emoji, name)) continue;
    fragment.append(unescaped(text.slice(done, match.index)));
    done = match.index + whole.length;
    if (bold !== undefined) fragment.append(element('strong', bold));
    else if (italic !== undefined) fragment.append(element('em', italic));
    else if (code !== undefined) fragment.append(element('code', code));
    else if (name !== undefined) fragment.append(emoji[name]);
    else {
      const link = element('a', label ?? address);
      link.href = address;
      link.rel = 'noopener noreferrer';
      fragment.append(link);
    }
  }
  fragment.append(unescaped(text.slice(done)));
  return fragment;
}

function element(name, content) {
  const made = document.createElement(name);
  made.append(name === 'code' ? unescaped(content) : mrkdwn(content));
  return made;
}

/** Slack asks senders to write these three characters as entities. */
function unescaped(text) {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
