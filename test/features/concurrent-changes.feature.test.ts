/**
 * Many clients change one subscription at once. Deterministic here: every change that was answered is in the log, under
 * the version that the answer named, and versions have no gap. Not deterministic: the order of the changes, and whether
 * one that was not answered was carried out.
 */
import { expect, it } from 'vitest';
import type { VersionChange } from '../../domain/subscription/changes.ts';
import { call, product, type ShownSubscription, subscribe, unsubscribe } from './customer.ts';
import { killHard, pidOf } from './product.ts';

const CLIENTS = 50;
const url = 'http://127.0.0.1:9/';

const patch = (id: string, description: string, headers: Record<string, string> = {}) =>
  call<ShownSubscription>('PATCH', `/v1/subscriptions/${id}`, { description }, headers);

/** Oldest first. */
async function historyOf(id: string): Promise<readonly VersionChange[]> {
  const history: VersionChange[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${cursor}`;
    const path = `/v1/subscriptions/${id}/history?limit=250${query}`;
    const { status, body } = await call<Page>('GET', path);
    expect(status).toBe(200);
    history.push(...body.data);
    cursor = body.next_cursor;
  } while (cursor !== null);
  return history.reverse();
}
interface Page {
  readonly data: readonly VersionChange[];
  readonly next_cursor: string | null;
}
/** The description that each version had, from 1 on. A version that set the same again names no change. */
function descriptionsOf(history: readonly VersionChange[]): readonly unknown[] {
  let description: unknown;
  return history.map(({ changes }) => {
    const change = changes.find(({ path }) => path === 'description');
    return (description = change === undefined ? description : change.to);
  });
}

/** Asks until it is answered; 503 says that it may have been carried out and may be repeated. */
async function insist(id: string, description: string): Promise<ShownSubscription> {
  for (;;) {
    const { status, body } = await patch(id, description);
    if (status === 200) return body;
    expect(status).toBe(503);
  }
}

it(
  'fifty clients lose no change and leave no gap while the worker is killed',
  { timeout: 300_000 },
  async () => {
    const { id } = await subscribe({ url, events: ['a.b'] });
    const worker = pidOf(product(), 'worker');
    const answers: { readonly description: string; readonly subscription: ShownSubscription }[] = [];
    let isKilled = false;
    // Until it is killed, so that changes are under way then.
    const clients = Array.from({ length: CLIENTS }, async (_, client) => {
      for (let change = 1; !isKilled; change += 1) {
        const description = `of client ${client}: ${change}`;
        answers.push({ description, subscription: await insist(id, description) });
      }
    });
    await expect.poll(() => answers.length, { timeout: 60_000, interval: 5 }).toBeGreaterThan(0);
    killHard(worker);
    isKilled = true;
    await Promise.all(clients);
    await insist(id, 'after the kill');
    expect(pidOf(product(), 'worker')).not.toBe(worker);

    const history = await historyOf(id);
    expect(history.map(({ version }) => version)).toEqual(history.map((_, index) => index + 1));
    const descriptions = descriptionsOf(history);
    for (const { description, subscription } of answers) {
      expect(subscription['description']).toBe(description);
      expect(descriptions[subscription.version - 1]).toBe(description);
    }
    expect(new Set(answers.map(({ subscription }) => subscription.version)).size).toBe(answers.length);

    const version = history.length;
    const now = await call<ShownSubscription>('GET', `/v1/subscriptions/${id}`);
    expect(now.body).toMatchObject({ version, description: descriptions.at(-1) });
    expect(now.headers.get('etag')).toBe(`"${version}"`);
    await unsubscribe(id);
  },
);

it('of two writers with the same If-Match one wins, and the other gets 412', async () => {
  const { id } = await subscribe({ url, events: ['a.b'] });
  for (let version = 1; version <= 10; version += 1) {
    const writers = ['first', 'second'].map((writer) => `${writer} at ${version}`);
    const answers = await Promise.all(writers.map((text) => patch(id, text, { 'if-match': `"${version}"` })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    const winner = answers.findIndex(({ status }) => status === 200);
    const now = await call<ShownSubscription>('GET', `/v1/subscriptions/${id}`);
    expect(now.body).toMatchObject({ version: version + 1, description: writers[winner] });
  }
  expect((await historyOf(id)).map(({ version }) => version)).toEqual(
    Array.from({ length: 11 }, (_, i) => i + 1),
  );
  await unsubscribe(id);
});
