import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSealer, keyRing, parseEncryptionKey } from '../../../infra/crypto/sealed-secret.ts';

const OLD_KEY = Buffer.alloc(32, 1);
const NEW_KEY = Buffer.alloc(32, 2);
const sealer = createSealer(keyRing(NEW_KEY));

it('opens what it sealed, in the same context', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (plain, context) => {
      expect(sealer.open(sealer.seal(plain, context), context)).toEqual({ ok: true, plain });
    }),
  );
});

it('names version and key, and shows nothing else', () => {
  const { currentKeyId } = keyRing(NEW_KEY);
  const sealed = sealer.seal('whsec_secret');
  expect(sealed).toMatch(new RegExp(`^v1\\.${currentKeyId}\\.[A-Za-z0-9_-]+$`));
  expect(Buffer.from(sealed.split('.')[2] ?? '', 'base64url').toString('latin1')).not.toContain('secret');
});

it('seals the same secret to another text each time', () => {
  expect(sealer.seal('secret')).not.toBe(sealer.seal('secret'));
});

it('does not open a secret that was moved to another place', () => {
  const sealed = sealer.seal('secret', 'wh_one');
  expect(sealer.open(sealed, 'wh_two')).toEqual({ ok: false, failure: 'not_authentic' });
});

it('does not open what was changed in any byte', () => {
  const [version, keyId, encoded = ''] = sealer.seal('secret').split('.');
  const bytes = Buffer.from(encoded, 'base64url');
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    expect(sealer.open(`${version}.${keyId}.${changed.toString('base64url')}`)).toEqual({
      ok: false,
      failure: 'not_authentic',
    });
  }
});

it.each(['', 'secret', 'v1', 'v1..', 'v2.0000000000000000.AAAA', 'v1.0000000000000000.AAAA', 'v1.00.AA BB'])(
  'calls malformed what is no text of ours: %j',
  (text) => {
    expect(sealer.open(text)).toEqual({ ok: false, failure: 'malformed' });
  },
);

it('never throws, whatever it is given', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !sealer.open(text).ok));
});

describe('when keys are rotated', () => {
  const before = createSealer(keyRing(OLD_KEY));
  const during = createSealer(keyRing(NEW_KEY, OLD_KEY));

  it('what the old key sealed is still opened', () => {
    expect(during.open(before.seal('secret'))).toEqual({ ok: true, plain: 'secret' });
  });

  it('the new key seals', () => {
    expect(sealer.open(during.seal('secret'))).toEqual({ ok: true, plain: 'secret' });
  });

  it('what a key sealed that is gone is refused, with the id of that key', () => {
    expect(sealer.open(before.seal('secret'))).toEqual({
      ok: false,
      failure: 'unknown_key',
      keyId: keyRing(OLD_KEY).currentKeyId,
    });
  });
});

describe('an encryption key', () => {
  it('is 32 bytes in base64', () => {
    expect(parseEncryptionKey(NEW_KEY.toString('base64'))).toEqual({
      id: keyRing(NEW_KEY).currentKeyId,
      bytes: NEW_KEY,
    });
  });

  it.each([
    '',
    'AAAA',
    randomBytes(31).toString('base64'),
    randomBytes(33).toString('base64'),
    `!${'A'.repeat(43)}=`,
  ])('is not %j', (text) => {
    expect(parseEncryptionKey(text)).toBeNull();
  });

  it('must be in the ring to seal', () => {
    expect(() => createSealer({ currentKeyId: '0000000000000000', keys: new Map() })).toThrow(RangeError);
  });

  it('of another length makes no ring', () => {
    expect(() => keyRing(Buffer.alloc(16))).toThrow(RangeError);
  });
});
