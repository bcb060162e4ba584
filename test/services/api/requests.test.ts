/** How the server reads requests, whatever the route. */
import { expect, it } from 'vitest';
import { ADMIN_KEY, startServer } from './server.ts';

const KEY = { authorization: `Bearer ${ADMIN_KEY}` };
const JSON_TYPE = { ...KEY, 'content-type': 'application/json' };
const NOBODY = '/v1/subscriptions/wh_nobody00000000000000';

it.each([
  ['POST', `${NOBODY}/pause`],
  ['POST', `${NOBODY}/rotate-secret`],
  ['DELETE', '/v1/api-keys/key_nobody00000000000000'],
])('%s %s may say that it brings JSON and bring nothing', async (method, path) => {
  const { status } = await startServer().send({ method, path, headers: JSON_TYPE, payload: '' });
  // There is no such thing: it was looked for.
  expect(status).toBe(404);
});

it('a route that needs a body takes nothing for no JSON', async () => {
  const { status, body } = await startServer().send({
    method: 'POST',
    path: '/v1/api-keys',
    headers: JSON_TYPE,
    payload: '',
  });
  expect({ status, detail: body['detail'] }).toEqual({ status: 400, detail: 'The body is no valid JSON.' });
});
