import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { tlsExpiry, tlsIssues, type TlsMaterial } from '../../../infra/crypto/tls-material.ts';
import { issueCertificate } from '../../receivers/certificates.ts';

const NOW = new Date();
const authority = issueCertificate({ commonName: 'Authority', isAuthority: true, daysLeft: 300 });
const client = issueCertificate({
  commonName: 'client',
  issuer: { commonName: 'Authority', key: authority.key },
  daysLeft: 100,
});
const expired = issueCertificate({ commonName: 'client', daysLeft: -1 });
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const withPassphrase = privateKey
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
  .toString();

const given = (more: Partial<TlsMaterial>): TlsMaterial => ({
  ca: authority.cert,
  client_certificate: client.cert,
  client_key: client.key,
  ...more,
});

describe('TLS settings', () => {
  it.each([
    ['an authority, a certificate and its key', {}],
    ['a certificate with its chain', { client_certificate: client.cert + authority.cert }],
    ['text around the certificates', { ca: `# ours\n${authority.cert}\n# end\n` }],
    ['an authority alone', { client_certificate: null, client_key: null }],
    ['no authority', { ca: null }],
  ])('can be used with %s', (_, more) => {
    expect(tlsIssues(given(more), NOW)).toEqual([]);
  });

  const broken = client.cert.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA');
  it.each<[string, Partial<TlsMaterial>, keyof TlsMaterial, RegExp]>([
    [
      'an authority that has expired',
      { ca: expired.cert },
      'ca',
      /^the certificate expired on \d{4}-\d\d-\d\d$/,
    ],
    [
      'a client certificate that has expired',
      { client_certificate: expired.cert },
      'client_certificate',
      /expired on/,
    ],
    [
      'one of several that has expired',
      { ca: authority.cert + expired.cert },
      'ca',
      /^certificate 2 expired/,
    ],
    ['a certificate that is none', { client_certificate: broken }, 'client_certificate', /cannot be read/],
    ['half a certificate', { ca: '-----BEGIN CERTIFICATE-----\nMII' }, 'ca', /whole certificate/],
    ['a key of another certificate', { client_key: authority.key }, 'client_key', /does not belong/],
    [
      'a chain in the wrong order',
      { client_certificate: authority.cert + client.cert },
      'client_key',
      /first/,
    ],
    ['a key with a passphrase', { client_key: withPassphrase }, 'client_key', /without a passphrase/],
    ['a key that is none', { client_key: 'key' }, 'client_key', /cannot be read/],
  ])('cannot be used with %s', (_, more, path, message) => {
    expect(tlsIssues(given(more), NOW)).toEqual([{ path, message: expect.stringMatching(message) }]);
  });
});

describe('the end of certificates', () => {
  const daysFromNow = (days: number) => new Date(NOW.getTime() + days * 24 * 60 * 60 * 1_000);

  it('is that of the first to end, and no warning while it is far', () => {
    const expiry = tlsExpiry(given({}), NOW);
    expect(expiry?.warnings).toEqual([]);
    expect(Math.abs(Number(expiry?.expiresAt) - Number(daysFromNow(100)))).toBeLessThan(60_000);
  });

  it('is warned of from 30 days before, and after', () => {
    expect(tlsExpiry(given({}), daysFromNow(71))?.warnings).toEqual([
      expect.stringMatching(/^client_certificate: expires on \d{4}-\d\d-\d\d$/),
    ]);
    expect(tlsExpiry(given({}), daysFromNow(101))?.warnings).toEqual([
      expect.stringMatching(/^client_certificate: expired on /),
    ]);
  });

  it('is nothing where there is none', () => {
    expect(tlsExpiry({ ca: null, client_certificate: null }, NOW)).toBeNull();
  });
});
