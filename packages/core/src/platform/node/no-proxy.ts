import ipaddr from 'ipaddr.js';

/**
 * Whether NO_PROXY lists an address. Accepts the forms of curl and other programs, separated by
 * commas, semicolons or blanks: names (also for all hosts below them, with or without a leading dot
 * or `*.`), IP addresses, CIDR ranges, each with an optional port, and `*`.
 *
 * @param href an address with a scheme
 * @param noProxy the value of the variable
 */
export function isExempt(href: string, noProxy: string): boolean {
  const entries = noProxy
    .toLowerCase()
    .split(/[,;\s]+/)
    .filter((entry) => entry !== '');
  if (entries.length === 0 || !URL.canParse(href)) return false;
  const { hostname, port, protocol } = new URL(href);
  const host = hostname.toLowerCase().replace(/^\[|\]$|\.$/g, '');
  const effectivePort = port || (/^(https|wss):$/.test(protocol) ? '443' : '80');
  const address = ipaddr.isValid(host) ? ipaddr.process(host) : null;
  return entries.some((entry) => {
    if (entry === '*') return true;
    const [, bracketed, plain, entryPort] = PARTS.exec(entry) ?? [];
    if (entryPort !== undefined && entryPort !== effectivePort) return false;
    const listed = bracketed ?? plain ?? entry;
    return address === null ? isBelow(host, listed) : isAmong(address, listed);
  });
}

/** `[address]`, `[address]:port` or `name:port`. Anything else is compared as a whole. */
const PARTS = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/;

function isBelow(host: string, listed: string): boolean {
  const domain = listed.replace(/^\*?\./, '').replace(/\.$/, '');
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}

function isAmong(address: ipaddr.IPv4 | ipaddr.IPv6, listed: string): boolean {
  if (ipaddr.isValid(listed)) return ipaddr.process(listed).toString() === address.toString();
  if (!ipaddr.isValidCIDR(listed)) return false;
  const [network, bits] = ipaddr.parseCIDR(listed);
  return network.kind() === address.kind() && address.match(network, bits);
}
