/** What was written before can still be read: a stored log of version 1, as each release of it wrote. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { evolve, initialState, type Subscription } from '../../domain/subscription/subscription.ts';
import { decodeKnownSubscriptionEvent, decodeSubscriptionEvent } from '../../infra/kafka/event-log.ts';
import { upcastFromV1 } from '../../schemas/subscription-log-v1.ts';
import type { SubscriptionEvent } from '../../schemas/subscription-log.ts';
import { changed, created } from '../domain/subscription/subscription-log.ts';

const STORED = readFileSync('test/schemas/subscription-log-v1.jsonl', 'utf8').trim().split('\n');

const decoded = (line: string): SubscriptionEvent => {
  const result = decodeSubscriptionEvent(Buffer.from(line));
  if (!result.ok) throw new Error(`${result.reason}: ${line}`);
  return result.event;
};
const recordOf = (event: object): Buffer => Buffer.from(JSON.stringify(event));

describe('a stored log of version 1', () => {
  const events = STORED.map(decoded);
  const stateOf = (id: string): Subscription =>
    events.filter((event) => event.subscription_id === id).reduce(evolve, initialState());

  it('is read as one of version 2, record by record', () => {
    expect(events.map(({ schema_version }) => schema_version)).toEqual(STORED.map(() => 2));
  });

  it('tells no address where none was noted, and the one that was', () => {
    const addresses = events.map((event) => [event.subscription_id, event.source_ip].join(' '));
    expect(new Set(addresses)).toEqual(
      new Set(['wh_v1beforeany1 ', 'wh_v1deleted001 ', 'wh_v1withatls01 203.0.113.7']),
    );
  });

  it('gives settings that came later what new subscriptions get', () => {
    expect(stateOf('wh_v1beforeany1')).toMatchObject({
      status: 'active',
      version: 7,
      settings: { url: 'https://example.com/v2', tls: null, auto_disable_after: 432_000 },
    });
  });

  it('keeps those that it has, and what a change does not name', () => {
    const [first, second] = events.filter((event) => event.subscription_id === 'wh_v1withatls01');
    expect(first).toMatchObject({ settings: { tls: { ca: null } } });
    expect(second).toMatchObject({ changes: { tls: null } });
    expect(Object.keys((second as { changes: object }).changes)).toEqual(['tls']);
  });

  it('ends where it ended', () => {
    expect(stateOf('wh_v1deleted001')).toMatchObject({ status: 'deleted', version: 2 });
  });
});

describe('a record of webhooks.subscriptions', () => {
  it('of this version is read as it was written', () => {
    for (const event of [
      created(1),
      changed(2, { type: 'SubscriptionUpdated', changes: { timeout: 5 }, secret: null }),
    ]) {
      expect(upcastFromV1(JSON.parse(JSON.stringify(event)))).toEqual(event);
      expect(decodeSubscriptionEvent(recordOf(event))).toEqual({ ok: true, event });
    }
  });

  it.each([null, 7, 'text', [1], {}, { schema_version: '1' }])(
    'that is none of ours, %j, is left alone',
    (json) => {
      expect(upcastFromV1(json)).toEqual(json);
    },
  );

  it('of a version to come stops who would remember that it was read, and nobody else', () => {
    const future = recordOf({ ...created(1), schema_version: 3 });
    expect(decodeSubscriptionEvent(future).ok).toBe(false);
    expect(() => decodeKnownSubscriptionEvent(future)).toThrow(/newer version/);
    expect(decodeKnownSubscriptionEvent(Buffer.from('no JSON')).ok).toBe(false);
  });
});
