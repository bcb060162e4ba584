/** What an admin asks for when making an API key. */
import { z } from 'zod';
import { Scope } from './api-key-log.ts';
import { AccountId, ApiKeyId } from './ids.ts';

const NAME_LENGTH = 'expected 1 to 128 characters';

/** `POST /v1/api-keys`. `account_id` is the caller's own where it is absent. */
export const NewApiKey = z
  .strictObject({
    name: z.string('expected a text').trim().min(1, NAME_LENGTH).max(128, NAME_LENGTH),
    scopes: z
      .array(Scope, 'expected a list of scopes')
      .min(1, 'expected at least one scope')
      .overwrite((scopes) => [...new Set(scopes)]),
    account_id: AccountId.optional(),
  })
  .meta({ id: 'NewApiKey', examples: [{ name: 'ci', scopes: ['read', 'write'] }] });

export const ApiKeyParams = z.strictObject({ id: ApiKeyId }).meta({ title: 'API key' });

const API_KEY = {
  id: 'key_3Hs8dKq0ZpW1xYc7',
  name: 'ci',
  scopes: ['read', 'write'],
  account_id: 'default',
  created_at: '2024-01-15T10:30:05.123Z',
  last_used_at: null,
};

/** A key in a list: all of it but the key itself. */
export const ApiKeyView = z
  .object({
    id: ApiKeyId,
    name: z.string(),
    scopes: z.array(Scope),
    account_id: AccountId,
    created_at: z.iso.datetime(),
    last_used_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ApiKey', examples: [API_KEY] });

/** The answer to the create, the only one with the key. */
export const CreatedApiKey = z.object({ ...ApiKeyView.shape, key: z.string() }).meta({
  id: 'CreatedApiKey',
  examples: [{ ...API_KEY, key: 'whk_3Hs8dKq0ZpW1xYc7_vY2mQ9rT4kLw8ZpX1cB6nJ3hGd5sFaE0uRiOyPtKxVbN7qM' }],
});
