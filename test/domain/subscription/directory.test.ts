import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createSubscriptionDirectory,
  type SubscriptionDirectory,
} from '../../../domain/subscription/directory.ts';
import type { AccountId, SubscriptionId } from '../../../schemas/ids.ts';
import type { SubscriptionEvent } from '../../../schemas/subscription-log.ts';

const id = (n: number) => `wh_0000000000000000000${n}` as SubscriptionId;
const fact = (n: number, version: number, accountId = 'default') => ({
  schema_version: 2 as const,
  subscription_id: id(n),
  account_id: accountId as AccountId,
  version,
  at: `2026-01-01T00:00:0${n}.000Z`,
  actor: 'key:admin',
  source_ip: null,
});
const created = (n: number, accountId?: string) =>
  ({
    ...fact(n, 1, accountId),
    type: 'SubscriptionCreated',
    settings: {},
    secret: 'v1.x',
    active: true,
  }) as unknown as SubscriptionEvent;
const paused = (n: number, version: number): SubscriptionEvent => ({
  ...fact(n, version),
  type: 'SubscriptionPaused',
});
const deleted = (n: number, version: number): SubscriptionEvent => ({
  ...fact(n, version),
  type: 'SubscriptionDeleted',
});

describe('the directory of subscriptions', () => {
  it('knows what the log has told', () => {
    const directory = createSubscriptionDirectory();
    directory.apply(created(1));
    directory.apply(paused(1, 2));
    expect(directory.get(id(1))).toMatchObject({ status: 'paused', version: 2 });
    expect(directory.get(id(2))).toEqual({ status: 'absent', version: 0 });
  });

  it('drops a version that it has seen', () => {
    const directory = createSubscriptionDirectory();
    directory.apply(created(1));
    directory.apply(paused(1, 2));
    expect(directory.apply(created(1))).toBeNull();
    expect(directory.get(id(1))).toMatchObject({ status: 'paused', version: 2 });
  });

  it('lists the live ones of one account, newest first', () => {
    const directory = createSubscriptionDirectory();
    for (const event of [created(1), created(2), created(3, 'acme'), created(4), deleted(4, 2)])
      directory.apply(event);
    expect(directory.listOf('default' as AccountId).map((one) => one.id)).toEqual([id(2), id(1)]);
    expect(directory.listOf('acme' as AccountId).map((one) => one.id)).toEqual([id(3)]);
  });

  it('lists what came after it was first asked for a list', () => {
    const directory = createSubscriptionDirectory();
    const listed = () => directory.listOf('default' as AccountId).map((one) => one.id);
    directory.apply(created(1));
    expect(listed()).toEqual([id(1)]);
    for (const event of [created(2), created(3), deleted(1, 2)]) directory.apply(event);
    expect(listed()).toEqual([id(3), id(2)]);
  });

  it('lists each as it is by now', () => {
    const directory = createSubscriptionDirectory();
    const listed = () => [directory.listOf('default' as AccountId), directory.live()].flat();
    for (const event of [created(1), created(2)]) directory.apply(event);
    expect(listed().map(({ version }) => version)).toEqual([1, 1, 1, 1]);
    directory.apply(paused(1, 2));
    expect(listed().map(({ version }) => version)).toEqual([1, 2, 2, 1]);
  });

  it('leaves a list that was answered as it was', () => {
    const directory = createSubscriptionDirectory();
    directory.apply(created(1));
    const lists = [directory.listOf('default' as AccountId), directory.live()];
    directory.apply(deleted(1, 2));
    expect(lists.map((list) => list.map((one) => one.id))).toEqual([[id(1)], [id(1)]]);
  });

  it('lists the same whether it was asked for lists before or not', () => {
    const lists = (directory: SubscriptionDirectory) => [
      directory.live(),
      directory.listOf('default' as AccountId),
      directory.listOf('acme' as AccountId),
    ];
    const changes = fc.array(fc.tuple(fc.nat({ max: 9 }), fc.constantFrom(paused, deleted)), {
      maxLength: 50,
    });
    fc.assert(
      fc.property(changes, (all) => {
        const [asked, unasked] = [createSubscriptionDirectory(), createSubscriptionDirectory()];
        for (const [n, change] of all) {
          const { version } = unasked.get(id(n));
          const event = version === 0 ? created(n, n < 5 ? 'default' : 'acme') : change(n, version + 1);
          lists(asked);
          for (const directory of [asked, unasked]) directory.apply(event);
        }
        expect(lists(asked)).toEqual(lists(unasked));
      }),
    );
  });

  it('lists those of one moment by the code units of their ids, as cursors compare them', () => {
    const directory = createSubscriptionDirectory();
    const ids = ['wh_bbbbbbbb', 'wh_Aaaaaaaa', 'wh_aaaaaaaa', 'wh_Bbbbbbbb'] as SubscriptionId[];
    for (const one of ids) directory.apply({ ...created(1), subscription_id: one });
    expect(directory.listOf('default' as AccountId).map((shown) => shown.id)).toEqual(ids.toSorted());
  });

  it('lets a reader wait for a version that the log has not told yet', async () => {
    const directory = createSubscriptionDirectory();
    let seen = 0;
    const waiting = directory.atLeast(id(1), 2).then(({ version }) => (seen = version));
    directory.apply(created(1));
    await Promise.resolve();
    expect(seen).toBe(0);
    directory.apply(paused(1, 2));
    await waiting;
    expect(seen).toBe(2);
  });

  it('lets a reader go on at once with a version that it has', async () => {
    const directory = createSubscriptionDirectory();
    directory.apply(created(1));
    expect(await directory.atLeast(id(1), 1)).toMatchObject({ version: 1 });
  });
});
