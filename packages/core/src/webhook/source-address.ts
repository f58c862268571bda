import ipaddr from 'ipaddr.js';
import { AccoladesError } from '../errors.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Networks, each an address and its prefix length. */
export type AddressList = readonly (readonly [Address, number])[];

/**
 * Reads a list of IPv4 and IPv6 addresses and networks (`203.0.113.0/24`, `2001:db8::/32`),
 * separated by commas, semicolons, spaces or new lines.
 *
 * @returns null when the list is empty
 * @throws AccoladesError `INVALID_PARAMETER`, naming the entry
 */
export function parseAddressList(text: unknown): AddressList | null {
  if (text === undefined || text === null) return null;
  if (typeof text !== 'string') throw invalid('The list of addresses must be text.');
  const entries = text.split(/[,;\s]+/).filter((entry) => entry !== '');
  if (entries.length === 0 && text.trim() !== '') {
    throw invalid('Write at least one IP address or network, or clear the field.');
  }
  return entries.length === 0 ? null : entries.map(parseNetwork);
}

function parseNetwork(entry: string): readonly [Address, number] {
  const [, typed = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
  const address = parseAddress(typed);
  if (address === null) {
    throw invalid(`“${entry}” is no IP address or network, such as 203.0.113.7 or 203.0.113.0/24.`);
  }
  const length = bitsOf(address);
  const bits = prefix === undefined ? length : Number(prefix);
  if (bits > length) throw invalid(`“${entry}” has a prefix that is too long.`);
  return [address, bits];
}

/** Whether an address belongs to one of the networks of a list. */
export function isListed(list: AddressList, text: string): boolean {
  const address = parseAddress(text);
  if (address === null) return false;
  return list.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
}

/**
 * The reverse proxies between Accolades and this endpoint. Each appends the address of its client
 * to the header `X-Forwarded-For`.
 *
 * A list of addresses is safer than a number: it detects requests that bypass the proxies. 0 hops
 * means no proxy, so the header is ignored.
 */
export type TrustedProxies =
  { readonly kind: 'hops'; readonly hops: number } | { readonly kind: 'list'; readonly list: AddressList };

/** @throws AccoladesError `INVALID_PARAMETER` */
export function parseTrustedProxies(setting: unknown): TrustedProxies {
  const typed = typeof setting === 'string' ? setting.trim() : setting;
  if (typed === undefined || typed === null || typed === '') return { kind: 'hops', hops: 0 };
  const hops =
    typeof typed === 'number'
      ? typed
      : typeof typed === 'string' && /^\d+$/.test(typed)
        ? Number(typed)
        : null;
  if (hops !== null) {
    if (!Number.isInteger(hops) || hops < 0 || hops > 10) {
      throw invalid('The number of proxies must be a whole number from 0 to 10.');
    }
    return { kind: 'hops', hops };
  }
  const list = parseAddressList(typed);
  return list === null ? { kind: 'hops', hops: 0 } : { kind: 'list', list };
}

/**
 * Returns the address from which the request came to the first trusted proxy.
 *
 * @param remoteAddress the address of the socket
 * @param forwardedFor the header `X-Forwarded-For`
 * @returns null when it cannot be determined: fewer forwarded addresses than proxies, or text that
 *   is not an address
 */
export function sourceAddress(
  remoteAddress: string | undefined,
  forwardedFor: string | readonly string[] | undefined,
  proxies: TrustedProxies,
): string | null {
  const header = typeof forwardedFor === 'string' ? forwardedFor : (forwardedFor ?? []).join(',');
  const chain = [...header.split(',').filter((entry) => entry.trim() !== ''), remoteAddress ?? ''];
  let position = chain.length - 1;
  if (proxies.kind === 'hops') position -= proxies.hops;
  else while (position > 0 && isListed(proxies.list, chain[position] ?? '')) position--;
  return parseAddress(chain[position] ?? '')?.toString() ?? null;
}

/** Masks an address for the log: removes the part that identifies one machine. */
export function maskAddress(text: string | null): string {
  const address = text === null ? null : parseAddress(text);
  if (address === null) return 'an unknown address';
  return 'octets' in address
    ? `${address.octets.slice(0, 3).join('.')}.…`
    : `${address.parts
        .slice(0, 3)
        .map((part) => part.toString(16))
        .join(':')}:…`;
}

/** Longer than any IPv6 address with brackets, zone and port, in characters. */
const MAX_ADDRESS_CHARS = 200;

/** Accepts a port, brackets and a zone. IPv4 in IPv6 becomes IPv4. Null: not an address. */
function parseAddress(text: string): Address | null {
  if (text.length > MAX_ADDRESS_CHARS) return null;
  let typed = text.trim().replace(/^"|"$/g, '');
  typed = /^\[([^\]]*)\](?::\d+)?$/.exec(typed)?.[1] ?? typed;
  typed = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(typed)?.[1] ?? typed;
  typed = typed.replace(/%.*$/, '');
  // The library alone would also accept short forms such as “127.1”.
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(typed) || ipaddr.IPv6.isValid(typed);
  return isAddress ? ipaddr.process(typed) : null;
}

function bitsOf(address: Address): number {
  return address.kind() === 'ipv4' ? 32 : 128;
}

function invalid(what: string): AccoladesError {
  return new AccoladesError('INVALID_PARAMETER', { what });
}
