/**
 * The document against the product: requests that it allows and requests that it does not, drawn from its own
 * schemas. No answer is a 5xx, every status is documented, and every body is what the document says.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type CustomerReceiver, startCustomerReceiver } from '../receivers/customer-receiver.ts';
import { misfitOf, type NamedOperation, operationsOf } from '../services/api/document-checks.ts';
import {
  allowedRequests,
  type DrawnRequest,
  forbiddenRequests,
  type RequestsDeps,
} from '../services/api/generated-requests.ts';
import { documentOf } from '../services/api/server.ts';
import { call, product, subscribe, unique } from './customer.ts';

/** The same requests each time. Another number finds other things. */
const SEED = 20_240_115;
/** For each operation, of each kind. */
const REQUESTS = 20;

const document = await documentOf();
// Deletions last: what they take away, the others are tried with.
const operations = operationsOf(document).toSorted(
  (a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE'),
);
const misfit = misfitOf(document);

let receiver: CustomerReceiver;
let deps: RequestsDeps;
let typesBefore: readonly string[];
beforeAll(async () => {
  receiver = await startCustomerReceiver();
  typesBefore = await listed('/v1/event-types', ({ type }) => type);
  const type = unique('drawn').replaceAll('_', '.');
  const { id } = await subscribe({ url: receiver.url, events: [type] });
  const added = unique('added').replaceAll('_', '.');
  await call('PUT', `/v1/event-types/${added}`, { description: 'Added by a test.' });
  const key = await call('POST', '/v1/api-keys', { name: 'drawn', scopes: ['read'] });
  const event = await call('POST', '/v1/events', { event: type, data: {} });
  const deliveries = () =>
    listed(`/v1/deliveries?subscription_id=${id}&status=succeeded`, (one) => one['id']);
  await vi.waitUntil(async () => (await deliveries()).length === 1, { timeout: 30_000, interval: 100 });
  deps = {
    document,
    misfit,
    things: { url: receiver.url, subscription_id: id, event_id: String(event.body['id']) },
    known: {
      subscriptions: [id],
      deliveries: await deliveries(),
      'api-keys': [String(key.body['id'])],
      'event-types': [added],
    },
  };
});
afterAll(async () => {
  const made = await listed('/v1/subscriptions?limit=250', ({ id, url }) =>
    url === receiver.url ? id : null,
  );
  for (const id of made) await call('DELETE', `/v1/subscriptions/${id}`);
  const types = await listed('/v1/event-types', ({ type }) => type);
  for (const type of types.filter((one) => !typesBefore.includes(one))) {
    await call('DELETE', `/v1/event-types/${encodeURIComponent(type)}`);
  }
  await receiver.stop();
});

/** What `pick` finds in the items of a list; what is null is left out. */
async function listed(
  path: string,
  pick: (item: Readonly<Record<string, unknown>>) => unknown,
): Promise<readonly string[]> {
  const { body } = await call<{ data: Record<string, unknown>[] }>('GET', path);
  return body.data.map(pick).filter((picked) => typeof picked === 'string');
}

/** Sends a request and holds its answer to the document. Answers the status. */
async function statusOf(operation: NamedOperation, request: DrawnRequest): Promise<number> {
  const answer = await fetch(product().apiUrl + request.path, {
    method: operation.method,
    headers: {
      ...request.headers,
      ...(operation.path.startsWith('/v1/') ? { authorization: `Bearer ${product().apiKey}` } : {}),
      ...(request.body === null ? {} : { 'content-type': 'application/json' }),
    },
    body: request.body,
  });
  const text = await answer.text();
  const told = { status: answer.status, text: text.slice(0, 500) };
  expect(told.status, told.text).toBeLessThan(500);
  const response = operation.responses[String(answer.status)];
  expect(Object.keys(operation.responses), told.text).toContain(String(answer.status));
  const type = (answer.headers.get('content-type') ?? '').split(';')[0]!;
  if (response?.content === undefined) {
    expect({ type, text }).toEqual({ type: '', text: '' });
    return answer.status;
  }
  expect(Object.keys(response.content)).toContain(type);
  const { schema } = response.content[type]!;
  if (type.endsWith('json')) expect(misfit(schema, JSON.parse(text)), told.text).toBeNull();
  return answer.status;
}

describe.each(operations.map((operation) => [operation.name, operation] as const))(
  '%s',
  (_name, operation) => {
    it('answers as documented whatever is asked that it allows, and does some of it', async () => {
      const statuses = new Set<number>();
      const ask = async (request: DrawnRequest) => void statuses.add(await statusOf(operation, request));
      // Of its own, for an operation before may have disabled or deleted the other.
      const { id } = await subscribe({ url: receiver.url, events: [unique('never')] });
      const known = { ...deps.known, subscriptions: [id] };
      await fc.assert(fc.asyncProperty(allowedRequests(operation, { ...deps, known }), ask), {
        seed: SEED,
        numRuns: REQUESTS,
      });
      expect([...statuses].some((status) => status < 300)).toBe(true);
    });

    it('refuses as documented what it does not allow', async () => {
      const requests = forbiddenRequests(operation, deps);
      if (requests === null) return;
      const ask = async (request: DrawnRequest): Promise<void> => {
        expect(await statusOf(operation, request)).toBeGreaterThanOrEqual(400);
      };
      await fc.assert(fc.asyncProperty(requests, ask), { seed: SEED, numRuns: REQUESTS });
    });
  },
);
