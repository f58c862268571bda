import { createHash } from 'node:crypto';
import { AccoladesError } from '../errors.ts';
import { DEFAULT_SERVER_URL } from '../protocol/messages.ts';
import { withoutInvisible } from '../text/pasted-text.ts';

/** TLS options of Node's `tls.connect` (PEM text or bytes). */
export interface TlsOptions {
  readonly ca?: string | Buffer | readonly (string | Buffer)[];
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** PKCS #12 */
  readonly pfx?: string | Buffer;
  readonly passphrase?: string;
  readonly servername?: string;
}

/** The server's address and TLS options. Callers with equal options share sessions. */
export interface ServerOptions {
  /** `wss://host:port` (or `ws://`). Default {@link DEFAULT_SERVER_URL}. */
  readonly url?: string;
  /** True accepts any certificate. Default false. */
  readonly allowUnauthorizedCerts?: boolean;
  readonly tls?: TlsOptions;
}

export interface ServerUrl {
  readonly href: string;
  /** `wss:` */
  readonly encrypted: boolean;
  /**
   * True when idCrm and calls would cross a network unencrypted: `ws:` to any host but this
   * machine.
   */
  readonly exposed: boolean;
}

/**
 * Parses the server address of the settings; empty means the default.
 * @throws AccoladesError `INVALID_URL`, with what to write
 */
export function parseServerUrl(text: unknown): ServerUrl {
  if (lastRead === null || lastRead.text !== text) lastRead = { text, url: readServerUrl(text) };
  return lastRead.url;
}

/** Cached, because thousands of sessions have the same address. */
let lastRead: { readonly text: unknown; readonly url: ServerUrl } | null = null;

function readServerUrl(text: unknown): ServerUrl {
  if (text !== undefined && typeof text !== 'string') throw invalid('The server address must be text.');
  const typed = withoutInvisible(text ?? '') || DEFAULT_SERVER_URL;
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(typed)) {
    throw invalid(`The server address must start with wss://, for example ${DEFAULT_SERVER_URL}.`);
  }
  let url: URL;
  try {
    url = new URL(typed);
  } catch {
    throw invalid(`The server address cannot be read. Write it like ${DEFAULT_SERVER_URL}.`);
  }
  if (url.protocol !== 'wss:' && url.protocol !== 'ws:') {
    // An unknown scheme may be an idCrm in the wrong field, so do not quote it.
    const shown = /^https?:$/.test(url.protocol) ? `${url.protocol}//` : 'something else';
    throw invalid(`The server address starts with ${shown}, but must start with wss:// (or ws://).`);
  }
  if (url.username !== '' || url.password !== '') {
    throw invalid('The server address must not hold a user name or password.');
  }
  if (url.hash !== '') throw invalid('The server address must not hold a “#”.');
  const encrypted = url.protocol === 'wss:';
  return { href: url.href, encrypted, exposed: !encrypted && !isLoopback(url.hostname) };
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

const NO_TLS_OPTIONS = 'default';

/** Returns a key for equal server options. It holds no secret: TLS material is hashed. */
export function serverKey(server: ServerOptions): string {
  const { href } = parseServerUrl(server.url);
  const certificates = server.allowUnauthorizedCerts === true ? 'any-cert' : 'verified';
  const tls = server.tls === undefined ? NO_TLS_OPTIONS : tlsKey(server.tls);
  if (lastKey?.href !== href || lastKey.certificates !== certificates || lastKey.tls !== tls) {
    lastKey = { href, certificates, tls, text: `${href} ${certificates} ${tls}` };
  }
  return lastKey.text;
}

/** Cached, because thousands of sessions have the same key. */
let lastKey: { href: string; certificates: string; tls: string; text: string } | null = null;

function tlsKey({ ca, cert, key, pfx, passphrase, servername }: TlsOptions): string {
  const parts = [ca, cert, key, pfx, passphrase, servername];
  if (parts.every((part) => part === undefined)) return NO_TLS_OPTIONS;
  const tls = createHash('sha256');
  const authorities = ca === undefined || typeof ca === 'string' || Buffer.isBuffer(ca) ? [ca] : ca;
  for (const part of [cert, key, pfx, passphrase, servername, ...authorities]) {
    tls.update(`${part?.length ?? 'none'} `).update(part ?? '');
  }
  return tls.digest('hex');
}

function invalid(what: string): AccoladesError {
  return new AccoladesError('INVALID_URL', { what });
}
