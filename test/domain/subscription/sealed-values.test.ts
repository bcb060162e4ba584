import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { resealedSettings, sealedValuesOf } from '../../../domain/subscription/sealed-values.ts';
import { evolve, initialState, isLive } from '../../../domain/subscription/subscription.ts';
import { type Sealed, StoredSettings } from '../../../schemas/subscription-log.ts';
import { changed, created } from './subscription-log.ts';

const sealed = (text: string): Sealed => `v1.${text}` as Sealed;
const settings: Partial<StoredSettings> = {
  headers: { 'X-A': sealed('header-a'), 'X-B': sealed('header-b') },
  tls: { ca: 'ca', client_certificate: 'certificate', client_key: sealed('key') },
};
const rotated = changed(2, {
  type: 'SubscriptionSecretRotated',
  secret: sealed('new-secret'),
  previous_secret: sealed('old-secret'),
  previous_secret_expires_at: '2099-01-01T00:00:00.000Z',
});
const ALL = ['new-secret', 'old-secret', 'header-a', 'header-b', 'key'].map(sealed);

describe('what a subscription holds sealed', () => {
  const subscription = [created(1, settings), rotated].reduce(evolve, initialState());
  if (!isLive(subscription)) throw new Error('expected a live subscription');

  it('is both secrets and all that is sealed in its settings', () => {
    expect(sealedValuesOf(subscription)).toEqual(ALL);
  });

  it('is replaced value by value, and nothing else is', () => {
    const resealed = resealedSettings(subscription.settings, (value) => sealed(`${value}-resealed`));
    expect({ ...subscription.settings, ...resealed }).toEqual({
      ...subscription.settings,
      headers: { 'X-A': 'v1.v1.header-a-resealed', 'X-B': 'v1.v1.header-b-resealed' },
      tls: { ca: 'ca', client_certificate: 'certificate', client_key: 'v1.v1.key-resealed' },
    });
  });
});

/** The dotted names of all texts in a JSON Schema that must begin as sealed texts do; `*` is any name. */
function sealedPlaces(schema: unknown, at: readonly string[] = []): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  if ('pattern' in schema && String(schema.pattern).startsWith('^v1')) return [at.join('.')];
  return Object.entries(schema).flatMap(([name, part]) => {
    if (name === 'properties') {
      return Object.entries(part as object).flatMap(([field, inner]) => sealedPlaces(inner, [...at, field]));
    }
    return sealedPlaces(part, name === 'additionalProperties' ? [...at, '*'] : at);
  });
}

it('every sealed place in the schema of settings is known', () => {
  const places = sealedPlaces(z.toJSONSchema(StoredSettings, { unrepresentable: 'any', io: 'input' }));
  expect(places).toEqual(['headers.*', 'tls.client_key']);
});
