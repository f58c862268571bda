import { stripVTControlCharacters, styleText } from 'node:util';
import type { FlowMessage } from './crm/flow-message.ts';

type Style = Parameters<typeof styleText>[0];

/** Colours only in a terminal: not in a pipe, and not with NO_COLOR. */
function styled(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout, validateStream: true });
}

export const bold = (text: string): string => styled('bold', text);
export const dim = (text: string): string => styled('dim', text);
export const link = (text: string): string => styled(['cyan', 'underline'], text);
export const warning = (text: string): string => styled('yellow', text);
export const failure = (text: string): string => styled('red', text);

/**
 * Example:
 * `14:03:22  incoming  021 123 4567  Front desk  Maria Ionescu, Dental Plus  Slack ✓  CRM ✓`
 */
export function flowMessageLine(message: FlowMessage): string {
  const time = dim(new Date(message.at).toLocaleTimeString('en-GB'));
  const agent = cell(message.agent, 11);
  if (message.direction === null) {
    const connected = message.event === 'agentConnected';
    const what = styled(connected ? 'green' : 'red', cell(connected ? 'connected' : 'disconnected', 12));
    const why = message.reason === null ? '' : `  ${plain(message.reason)}`;
    return `${time}  ${what}  ${cell('', 16)}  ${agent}${why}`.trimEnd();
  }
  const direction = styled(
    message.direction === 'incoming' ? 'cyan' : 'magenta',
    cell(message.direction, 12),
  );
  const number = cell(message.number ?? '', 16);
  const who = message.contact
    ? cell([message.contact.name, message.contact.company].filter(Boolean).join(', '), 36)
    : dim(cell('not found in the CRM', 36));
  return `${time}  ${direction}  ${number}  ${agent}  ${who}  ${mark('Slack', message.slack)}  ${mark('CRM', message.crm)}`.trimEnd();
}

function mark(what: string, accepted: boolean | null): string {
  if (accepted === null) return '';
  return accepted ? `${what} ${styled('green', '✓')}` : `${what} ${styled('red', '✗')}`;
}

/** A column of at least this width; longer text is not truncated. */
function cell(text: string, width: number): string {
  return plain(text).padEnd(width);
}

/** Removes control characters from external text, so that it cannot control the terminal. */
function plain(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\p{Cc}/gu, ' ');
}
