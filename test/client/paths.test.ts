/** `client/paths.ts` is written by this test: `npm run client`. Without that, it only looks whether it is stale. */
import openapiTS, { astToString } from 'openapi-typescript';
import { expect, it } from 'vitest';
import { documentOf } from '../services/api/server.ts';

const NOTE = '/** Made from /openapi.json by `npm run client`. Do not edit. */\n\n';

it('client/paths.ts is what the OpenAPI document makes of it', async () => {
  const document = JSON.stringify(await documentOf());
  // A field with a default need not be sent.
  const types = astToString(await openapiTS(document, { defaultNonNullable: false }));
  await expect(NOTE + types).toMatchFileSnapshot('../../client/paths.ts');
});
