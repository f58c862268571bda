import { createSecureContext, rootCertificates, type SecureContextOptions } from 'node:tls';
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { describeNetworkError, networkErrorCode } from '../../src/net/network-error.ts';

/** What Node throws for TLS settings. */
function errorOf(options: SecureContextOptions): Error {
  try {
    createSecureContext(options);
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('The settings were taken.');
}

describe('an error of the network', () => {
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const encrypted = key
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'right' })
    .toString();
  const cutOff = (rootCertificates[0] ?? '').slice(0, 300);

  const unreadable: [string, SecureContextOptions][] = [
    ['a key that is none', { key: 'no PEM' }],
    ['a certificate that is none', { cert: 'no PEM' }],
    ['a certificate that is cut off', { cert: `${cutOff}\n-----END CERTIFICATE-----` }],
    ['a key without its passphrase', { key: encrypted }],
    ['a key with another passphrase', { key: encrypted, passphrase: 'wrong' }],
    ['a PKCS #12 file that is none', { pfx: Buffer.from('no PKCS #12') }],
    ['a PKCS #12 file of zeros', { pfx: Buffer.alloc(1_000) }],
  ];
  for (const [name, options] of unreadable) {
    it(`tells ${name} from a connection that failed`, () => {
      const error = errorOf(options);
      expect(networkErrorCode(error, false)).to.equal('INVALID_PARAMETER');
      expect(describeNetworkError(error)).to.equal(
        `The certificate, the key or its passphrase in the TLS settings cannot be read (${error.message}).`,
      );
    });
  }

  it('is of the connection when it is one of the handshake', () => {
    const handshake = Object.assign(new Error('error:0A000086:SSL routines::certificate verify failed'), {
      code: 'ERR_SSL_CERTIFICATE_VERIFY_FAILED',
    });
    expect(networkErrorCode(handshake, false)).to.equal('TLS_FAILED');
    expect(
      networkErrorCode(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), false),
    ).to.equal('NETWORK');
  });
});
