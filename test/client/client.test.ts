import { expect, it } from 'vitest';
import { createClient } from '../../client/index.ts';
import { ADMIN_KEY, startServer } from '../services/api/server.ts';

/** A client of the server within the test. */
function clientOf(key: string) {
  const { ask } = startServer();
  return createClient({
    baseUrl: 'http://api.test',
    key,
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url);
      const given = request.headers.get('authorization')?.slice('Bearer '.length) ?? null;
      const body = await request.text();
      const answer = await ask(
        given,
        request.method,
        pathname + search,
        body === '' ? undefined : (JSON.parse(body) as object),
      );
      return new Response(answer.status === 204 ? null : JSON.stringify(answer.body), {
        status: answer.status,
        headers: { 'content-type': 'application/json' },
      });
    },
  });
}

it('sends its key, bodies, queries and ids in paths, and answers data', async () => {
  const client = clientOf(ADMIN_KEY);
  const made = await client.POST('/v1/api-keys', { body: { name: 'ci', scopes: ['read'] } });
  expect(made.data).toMatchObject({ name: 'ci', scopes: ['read'] });
  const listed = await client.GET('/v1/api-keys', { params: { query: { limit: 1 } } });
  expect(listed.data?.data.map(({ id }) => id)).toEqual([made.data?.id]);
  const gone = await client.DELETE('/v1/api-keys/{id}', { params: { path: { id: made.data!.id } } });
  expect(gone.response.status).toBe(204);
});

it('answers the problem where the API refuses', async () => {
  const { data, error } = await clientOf('unknown').GET('/v1/subscriptions');
  expect({ data, error }).toEqual({
    data: undefined,
    error: {
      type: 'about:blank',
      title: 'Unauthorized',
      status: 401,
      detail: 'The API key is not known, or was revoked.',
    },
  });
});

it('does not compile with a path or a field that the API does not have', () => {
  const client = clientOf(ADMIN_KEY);
  // @ts-expect-error There is no such path.
  const misspelt = () => client.GET('/v1/subscription');
  // @ts-expect-error There is no such scope.
  const unknownScope = () => client.POST('/v1/api-keys', { body: { name: 'ci', scopes: ['all'] } });
  expect([misspelt, unknownScope]).toHaveLength(2);
});
