import { BlockList, isIP } from 'node:net';
import { AccoladesError } from '../errors.ts';

/**
 * Reads a list of addresses that a person typed: IPv4, IPv6 and networks (`203.0.113.0/24`, `2001:db8::/32`), separated by
 * commas, spaces or new lines.
 * @returns null when the list is empty
 * @throws AccoladesError `INVALID_PARAMETER`, naming the entry
 */
export function parseAddressList(text: unknown): BlockList | null {
  if (text === undefined || text === null) return null;
  if (typeof text !== 'string') throw invalid('The list of addresses must be text.');
  const entries = text.split(/[,;\s]+/).filter((entry) => entry !== '');
  if (entries.length === 0) return null;
  const list = new BlockList();
  for (const entry of entries) {
    const [, typed = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
    const address = normalAddress(typed);
    const family = address === null ? null : familyOf(address);
    if (address === null || family === null) {
      throw invalid(`“${entry}” is no IP address or network, such as 203.0.113.7 or 203.0.113.0/24.`);
    }
    if (prefix === undefined) {
      list.addAddress(address, family);
      continue;
    }
    const bits = Number(prefix);
    if (bits > (family === 'ipv4' ? 32 : 128)) throw invalid(`“${entry}” has a prefix that is too long.`);
    list.addSubnet(address, bits, family);
  }
  return list;
}

/** An address that `parseAddressList` listed. */
export function isListed(list: BlockList, address: string): boolean {
  const family = familyOf(address);
  return family !== null && list.check(address, family);
}

/**
 * The reverse proxies between Accolades and this endpoint, each of which adds the address it was asked from to the header
 * `X-Forwarded-For`: their number, or a list of their addresses (safer: whoever reaches the endpoint past them is then
 * recognized). 0 or an empty list: none, the header is not looked at.
 */
export type TrustedProxies =
  { readonly kind: 'hops'; readonly hops: number } | { readonly kind: 'list'; readonly list: BlockList };

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
 * The address that the request came from, before the trusted proxies.
 *
 * @param remoteAddress of the socket
 * @param forwardedFor the header `X-Forwarded-For`
 * @returns null when it cannot be told: fewer forwarded addresses than proxies, or text that is no address
 */
export function sourceAddress(
  remoteAddress: string | undefined,
  forwardedFor: string | readonly string[] | undefined,
  proxies: TrustedProxies,
): string | null {
  const header = typeof forwardedFor === 'string' ? forwardedFor : (forwardedFor ?? []).join(',');
  const chain = [...header.split(',').filter((entry) => entry.trim() !== ''), remoteAddress ?? ''];
  let place = chain.length - 1;
  if (proxies.kind === 'hops') place -= proxies.hops;
  else {
    while (place > 0) {
      const address = normalAddress(chain[place] ?? '');
      if (address === null || !isListed(proxies.list, address)) break;
      place--;
    }
  }
  return normalAddress(chain[place] ?? '');
}

/** An IPv6 address with brackets, zone and port stays far below, in characters. */
const MAX_ADDRESS_CHARS = 200;

/** Without port, brackets and zone, and with IPv4 in IPv6 as IPv4; null when it is no address. */
export function normalAddress(text: string): string | null {
  if (text.length > MAX_ADDRESS_CHARS) return null;
  let address = text.trim().replace(/^"|"$/g, '');
  address = /^\[([^\]]*)\](?::\d+)?$/.exec(address)?.[1] ?? address;
  address = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(address)?.[1] ?? address;
  address = address.replace(/%.*$/, '');
  address = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  return isIP(address) === 0 ? null : address.toLowerCase();
}

/** An address as it may be logged: the part that names the one machine is left out. */
export function maskAddress(address: string | null): string {
  if (address === null) return 'an unknown address';
  return familyOf(address) === 'ipv4'
    ? address.replace(/\.\d+$/, '.…')
    : `${address.split(':').slice(0, 3).join(':')}:…`;
}

function familyOf(address: string): 'ipv4' | 'ipv6' | null {
  const family = isIP(address);
  return family === 0 ? null : family === 4 ? 'ipv4' : 'ipv6';
}

function invalid(what: string): AccoladesError {
  return new AccoladesError('INVALID_PARAMETER', { what });
}
