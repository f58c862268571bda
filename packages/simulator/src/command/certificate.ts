import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import path from 'node:path';

const KEY_FILE = 'accolades-simulator-key.pem';
const CERTIFICATE_FILE = 'accolades-simulator-cert.pem';
const LIFETIME_DAYS = 365;
const DAY_MS = 86_400_000;

export interface SelfSignedCertificate {
  readonly key: string;
  readonly cert: string;
  /** The absolute path of the certificate, for clients that trust it. */
  readonly file: string;
}

/**
 * The self-signed certificate in a folder, for localhost and the host that the server listens on.
 * It is created on first use and kept, so that clients need to trust it only once.
 * @throws Error when the folder cannot be read or written
 */
export async function selfSignedCertificate(folder: string, host: string): Promise<SelfSignedCertificate> {
  const file = path.resolve(folder, CERTIFICATE_FILE);
  const keyFile = path.resolve(folder, KEY_FILE);
  const kept = await readPair(keyFile, file);
  if (kept !== null && isUsable(kept, host)) return { ...kept, file };
  const made = await makePair(host);
  await mkdir(folder, { recursive: true });
  await writeFile(keyFile, made.key, { mode: 0o600 });
  await writeFile(file, made.cert);
  return { ...made, file };
}

interface Pair {
  readonly key: string;
  readonly cert: string;
}

async function readPair(keyFile: string, certificateFile: string): Promise<Pair | null> {
  try {
    return { key: await readFile(keyFile, 'utf8'), cert: await readFile(certificateFile, 'utf8') };
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'code') === 'ENOENT') return null;
    throw error;
  }
}

function isUsable({ key, cert }: Pair, host: string): boolean {
  try {
    const certificate = new X509Certificate(cert);
    const covers = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host);
    const daysLeft = (Date.parse(certificate.validTo) - Date.now()) / DAY_MS;
    return covers !== undefined && daysLeft > 1 && certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

async function makePair(host: string): Promise<Pair> {
  // Loaded on demand: only this option needs it.
  const { generate } = await import('selfsigned');
  const addresses = new Set(['127.0.0.1', '::1', ...(isIP(host) === 0 ? [] : [host])]);
  const names = new Set(['localhost', ...(isIP(host) === 0 ? [host] : [])]);
  const pems = await generate([{ name: 'commonName', value: 'Accolades simulator' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + LIFETIME_DAYS * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...Array.from(names, (value) => ({ type: 2, value }) as const),
          ...Array.from(addresses, (ip) => ({ type: 7, ip }) as const),
        ],
      },
    ],
  });
  return { key: pems.private, cert: pems.cert };
}
