import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPreview, type Draft, type PastEvent } from '../../../domain/match/preview.ts';
import type { AccountId, EventId } from '../../../schemas/ids.ts';

const OURS = 'default' as AccountId;
const DRAFT: Draft = { events: ['order.*'], filters: { shop: 'x' }, conditions: {} };

const event = (id: string, changes: Partial<PastEvent> = {}): PastEvent => ({
  id: id as EventId,
  accountId: OURS,
  type: 'order.paid',
  data: { shop: 'x' },
  takenAtMs: 0,
  ...changes,
});

/** A number for each text, by the order in which they are first seen. */
const numbering = () => {
  const numbers = new Map<string, number>();
  return (text: string): number => {
    numbers.set(text, numbers.get(text) ?? numbers.size);
    return numbers.get(text)!;
  };
};
const preview = (events: readonly PastEvent[], limit = 10) => {
  const tally = createPreview({
    draft: DRAFT,
    accountId: OURS,
    limit,
    show: ({ id }: PastEvent) => id as string,
    fingerprintOf: numbering(),
  });
  for (const one of events) tally.take(one);
  return { events: tally.events, matched: tally.matched, newest: tally.newest() };
};

describe('a preview', () => {
  it('counts what the draft matches', () => {
    const seen = [
      event('a'),
      event('b', { type: 'user.created' }),
      event('c', { data: { shop: 'y' } }),
      event('d', { data: {} }),
    ];
    expect(preview(seen)).toEqual({ events: 4, matched: 1, newest: ['a'] });
  });

  it('passes over the events of other accounts', () => {
    expect(preview([event('a', { accountId: 'acme' as AccountId })])).toEqual({
      events: 0,
      matched: 0,
      newest: [],
    });
  });

  it('counts an event that is there twice once, and one of another type with its id by itself', () => {
    const seen = [event('a'), event('a'), event('a', { type: 'order.sent' })];
    expect(preview(seen)).toMatchObject({ events: 3, matched: 2 });
  });

  it('shows none where none is to be shown, and counts all the same', () => {
    expect(preview([event('a')], 0)).toEqual({ events: 1, matched: 1, newest: [] });
  });

  it('of one moment, takes the one that came later for the newer', () => {
    const seen = ['a', 'b', 'c', 'd', 'e'].map((id) => event(id));
    expect(preview(seen, 2).newest).toEqual(['e', 'd']);
    expect(preview(seen).newest).toEqual(['e', 'd', 'c', 'b', 'a']);
  });

  it('shows the newest, in whatever order they come', () => {
    const times = fc.uniqueArray(fc.nat(1_000_000), { maxLength: 200 });
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 20 }), (all, limit) => {
        const seen = all.map((takenAtMs) => event(String(takenAtMs), { takenAtMs }));
        const newest = [...all].sort((a, b) => b - a).slice(0, limit);
        expect(preview(seen, limit)).toEqual({
          events: all.length,
          matched: all.length,
          newest: newest.map(String),
        });
      }),
    );
  });
});
