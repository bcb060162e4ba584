import { expect, it } from 'vitest';
import { sha256 } from '../../../infra/crypto/hash.ts';
import { hmacSha256 } from '../../../infra/crypto/hmac.ts';

// RFC 4231, test case 2: https://www.rfc-editor.org/rfc/rfc4231#section-4.3
const EXPECTED = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
const [PREFIX, BODY] = ['what do ya want ', 'for nothing?'];

it.each([
  ['text', { text: 'Jefe', encoding: 'utf8' }],
  ['base64', { text: 'SmVmZQ==', encoding: 'base64' }],
] as const)('signs as RFC 4231 says, with a key in %s', (_encoding, key) => {
  expect(hmacSha256(key, PREFIX, BODY, 'hex')).toBe(EXPECTED);
  expect(hmacSha256(key, PREFIX, Buffer.from(BODY), 'hex')).toBe(EXPECTED);
  expect(hmacSha256(key, PREFIX, BODY, 'base64')).toBe(Buffer.from(EXPECTED, 'hex').toString('base64'));
});

it('hashes the UTF-8 bytes of a text', () => {
  // FIPS 180-2, appendix B.1.
  expect(Buffer.from(sha256('abc')).toString('hex')).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});
