/** What an admin asks for when making an API key. */
import { z } from 'zod';
import { Scope } from './api-key-log.ts';
import { AccountId, ApiKeyId } from './ids.ts';

const NAME_LENGTH = 'expected 1 to 128 characters';

/** `POST /v1/api-keys`. `account_id` is the caller's own where it is absent. */
export const NewApiKey = z.strictObject({
  name: z.string('expected a text').trim().min(1, NAME_LENGTH).max(128, NAME_LENGTH),
  scopes: z
    .array(Scope, 'expected a list of scopes')
    .min(1, 'expected at least one scope')
    .transform((scopes) => [...new Set(scopes)]),
  account_id: AccountId.optional(),
});

export const ApiKeyParams = z.strictObject({ id: ApiKeyId });
