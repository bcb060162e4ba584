import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BatchCommand,
  type BatchEvent,
  type BatchItem,
  type BatchState,
  type BatchTerms,
  decide,
  evolve,
  type FlushedBatch,
  initialState,
  MAX_BATCH_BYTES,
  overdueAtMs,
  rememberingIds,
} from '../../../domain/batch/batch.ts';
import type { FlushedBy } from '../../../schemas/delivery-log.ts';
import type { EventId } from '../../../schemas/ids.ts';
import { specFor } from '../../given.ts';
import { itemAt, itemsFrom, TERMS } from './batch-items.ts';

const given = specFor({
  decide: (command: BatchCommand, state: BatchState) => ({
    ok: true as const,
    events: decide(command, state),
  }),
  evolve,
  initialState: () => rememberingIds(initialState()),
});

const collect = (items: readonly BatchItem[], atMs = 0, terms: BatchTerms = TERMS): BatchCommand => ({
  type: 'CollectEvents',
  terms,
  items,
  atMs,
});
const agreed = (terms: BatchTerms = TERMS): BatchEvent => ({ type: 'TermsChanged', terms });
const collected = (items: readonly BatchItem[], atMs = 0): BatchEvent => ({
  type: 'EventsCollected',
  items,
  atMs,
});
const flushed = (items: readonly BatchItem[], flushedBy: FlushedBy, atMs = 0, version = 1): BatchEvent => ({
  type: 'BatchFlushed',
  items,
  flushedBy,
  atMs,
  version,
});

describe('a batch', () => {
  it('is flushed by its size', () => {
    given(agreed(), collected(itemsFrom(0, 2)))
      .when(collect(itemsFrom(2, 3)))
      .then(collected(itemsFrom(2, 3)), flushed(itemsFrom(0, 3), 'size'));
  });

  it('is followed by the next one out of the same events', () => {
    given()
      .when(collect(itemsFrom(0, 7)))
      .then(
        agreed(),
        collected(itemsFrom(0, 3)),
        flushed(itemsFrom(0, 3), 'size'),
        collected(itemsFrom(3, 6)),
        flushed(itemsFrom(3, 6), 'size'),
        collected(itemsFrom(6, 7)),
      );
  });

  it('is flushed by the time since its first event', () => {
    given(agreed(), collected(itemsFrom(0, 1), 1_000), collected(itemsFrom(1, 2), 20_000))
      .when({ type: 'FlushOverdue', atMs: 31_000 })
      .then(flushed(itemsFrom(0, 2), 'timeout', 31_000));
  });

  it('is not flushed before its time', () => {
    given(agreed(), collected(itemsFrom(0, 1), 1_000))
      .when({ type: 'FlushOverdue', atMs: 30_999 })
      .then();
  });

  it('takes in nothing that comes when its time is over', () => {
    given(agreed(), collected(itemsFrom(0, 1), 0))
      .when(collect(itemsFrom(1, 2), 30_000))
      .then(flushed(itemsFrom(0, 1), 'timeout', 30_000), collected(itemsFrom(1, 2), 30_000));
  });

  it('is flushed by an operator', () => {
    given(agreed(), collected(itemsFrom(0, 1)))
      .when({ type: 'FlushManually', version: 4, atMs: 7 })
      .then(flushed(itemsFrom(0, 1), 'manual', 7, 4));
  });

  it('is never flushed empty', () => {
    given(agreed()).when({ type: 'FlushManually', version: 4, atMs: 7 }).then();
    given(agreed()).when({ type: 'FlushOverdue', atMs: 1e12 }).then();
  });

  it('is flushed, as by its size, before it grows over the limit of bytes', () => {
    const large = MAX_BATCH_BYTES / 2;
    const [first, second, third] = itemsFrom(0, 3, 0, large) as [BatchItem, BatchItem, BatchItem];
    given(agreed({ ...TERMS, size: 100 }), collected([first, second]))
      .when(collect([third]))
      .then(flushed([first, second], 'size'), collected([third]));
  });

  it('holds one event alone that is larger than the limit', () => {
    const huge = itemAt(0, 0, MAX_BATCH_BYTES + 1);
    given(agreed())
      .when(collect([huge, itemAt(1)]))
      .then(collected([huge]), flushed([huge], 'size'), collected([itemAt(1)]));
  });

  it('drops what it has seen, partition by partition', () => {
    given(agreed(), collected(itemsFrom(0, 3)), flushed(itemsFrom(0, 3), 'size'))
      .when(collect([itemAt(1), itemAt(2), itemAt(2, 5), itemAt(3), itemAt(3)]))
      .then(collected([itemAt(2, 5), itemAt(3)]));
  });

  it('compares offsets as numbers, however large', () => {
    const at = (offset: string): BatchItem => ({
      ...itemAt(0),
      eventId: `evt_${offset}` as EventId,
      source: { topic: 'platform.events', partition: 0, offset },
    });
    given(agreed(), collected([at('9007199254740993')]))
      .when(collect([at('9007199254740992'), at('10000000000000000')]))
      .then(collected([at('10000000000000000')]));
  });

  it('follows the newer settings', () => {
    const smaller = { ...TERMS, version: 2, size: 2 };
    given(agreed({ ...TERMS, size: 10 }), collected(itemsFrom(0, 4)))
      .when(collect(itemsFrom(4, 5), 0, smaller))
      .then(agreed(smaller), flushed(itemsFrom(0, 4), 'size', 0, 2), collected(itemsFrom(4, 5)));
  });

  it('does not go back to older settings', () => {
    given(agreed({ ...TERMS, version: 2, size: 10 }))
      .when(collect(itemsFrom(0, 5)))
      .then(collected(itemsFrom(0, 5)));
  });
});

describe('an event that a producer has written twice', () => {
  /** The record at `offset`, with the event of another record. */
  const repeat = (offset: number, of: number, partition = 0): BatchItem => ({
    ...itemAt(offset, partition),
    eventId: itemAt(of).eventId,
  });
  const HOUR_MS = 3_600_000;

  it('is dropped while its batch is collected, whatever the partition', () => {
    given(agreed({ ...TERMS, size: 10 }), collected(itemsFrom(0, 2)))
      .when(collect([repeat(2, 1), itemAt(3), repeat(0, 0, 5), repeat(4, 3)]))
      .then(collected([itemAt(3)]));
  });

  it('is dropped when its batch has just been flushed', () => {
    given(agreed(), collected(itemsFrom(0, 3)), flushed(itemsFrom(0, 3), 'size'))
      .when(collect([repeat(3, 1), itemAt(4)], HOUR_MS - 1))
      .then(collected([itemAt(4)], HOUR_MS - 1));
  });

  it('is another one after an hour: by then routers know what was in its batch', () => {
    given(agreed(), collected(itemsFrom(0, 3)), flushed(itemsFrom(0, 3), 'size'))
      .when(collect([repeat(3, 1)], HOUR_MS))
      .then(collected([repeat(3, 1)], HOUR_MS));
  });

  it('is not told where nothing is remembered by its id, as in histories from before', () => {
    const items = [itemAt(0), repeat(1, 0)];
    expect(decide(collect(items), { ...initialState(), terms: TERMS })).toEqual([collected(items)]);
  });

  it('does not make the memory of an actor grow without an end', () => {
    let state = rememberingIds(initialState());
    for (let start = 0; start < 10_000; start += 500) {
      const command = collect(itemsFrom(start, start + 500), start, { ...TERMS, size: 100 });
      state = decide(command, state).reduce(evolve, state);
    }
    expect(state.flushed?.flatMap(({ eventIds }) => eventIds)).toEqual(
      itemsFrom(8_000, 10_000).map(({ eventId }) => eventId),
    );
  });
});

describe('whatever happens to a batch', () => {
  /** Chunks of three partitions, each from a bit before the offset that the one before ended at, as after a crash. */
  const life = fc.array(
    fc.oneof(
      fc.record({
        type: fc.constant('collect' as const),
        partition: fc.nat(2),
        back: fc.nat(4),
        count: fc.integer({ min: 1, max: 12 }),
        bytes: fc.constantFrom(10, 100_000, 400_000, 1_200_000),
        size: fc.integer({ min: 1, max: 6 }),
        version: fc.integer({ min: 1, max: 3 }),
        afterMs: fc.nat(40_000),
      }),
      fc.record({ type: fc.constant('wait' as const), afterMs: fc.nat(40_000) }),
      fc.record({ type: fc.constant('flush' as const), afterMs: fc.nat(40_000) }),
    ),
    { maxLength: 30 },
  );
  type Step = typeof life extends fc.Arbitrary<readonly (infer S)[]> ? S : never;

  interface Lived {
    readonly told: readonly BatchItem[];
    readonly flushed: readonly (FlushedBatch & { readonly size: number; readonly overdueAtMs: number })[];
    readonly left: readonly BatchItem[];
  }

  function live(steps: readonly Step[]): Lived {
    const nextOffsets = [0, 0, 0];
    const told: BatchItem[] = [];
    const all: (FlushedBatch & { size: number; overdueAtMs: number })[] = [];
    let state = rememberingIds(initialState());
    let atMs = 0;
    for (const step of steps) {
      atMs += step.afterMs;
      const command = commandOf(step, atMs, nextOffsets, told);
      for (const event of decide(command, state)) {
        if (event.type === 'BatchFlushed') {
          all.push({ ...event, size: state.terms.size, overdueAtMs: overdueAtMs(state) ?? -1 });
        }
        state = evolve(state, event);
      }
    }
    return { told, flushed: all, left: state.open?.items ?? [] };
  }

  function commandOf(step: Step, atMs: number, nextOffsets: number[], told: BatchItem[]): BatchCommand {
    if (step.type === 'wait') return { type: 'FlushOverdue', atMs };
    if (step.type === 'flush') return { type: 'FlushManually', version: 1, atMs };
    const next = nextOffsets[step.partition] ?? 0;
    const start = Math.max(0, next - step.back);
    const items = itemsFrom(start, start + step.count, step.partition, step.bytes);
    told.push(...items.filter(({ source }) => Number(source.offset) >= next));
    nextOffsets[step.partition] = Math.max(next, start + step.count);
    return collect(items, atMs, { version: step.version, size: step.size, timeoutMs: 30_000 });
  }

  it('every event is in exactly one batch, in the order in which it was told', () => {
    fc.assert(
      fc.property(life, (steps) => {
        const { told, flushed: batches, left } = live(steps);
        const inBatches = [...batches.flatMap(({ items }) => items), ...left];
        expect(inBatches.map(({ eventId }) => eventId)).toEqual(told.map(({ eventId }) => eventId));
      }),
    );
  });

  it('no batch is empty, too long, or too large unless it is one event', () => {
    fc.assert(
      fc.property(life, (steps) => {
        for (const { items } of live(steps).flushed) {
          expect(items.length).toBeGreaterThan(0);
          expect(items.length).toBeLessThanOrEqual(6);
          const bytes = items.reduce((sum, item) => sum + item.bytes, 0);
          expect(items.length === 1 || bytes <= MAX_BATCH_BYTES).toBe(true);
        }
      }),
    );
  });

  it('a batch is flushed by time when its time is over, and by nothing else later', () => {
    fc.assert(
      fc.property(life, (steps) => {
        for (const { flushedBy, atMs, overdueAtMs: overdue } of live(steps).flushed) {
          if (flushedBy === 'timeout') expect(atMs).toBeGreaterThanOrEqual(overdue);
          if (flushedBy === 'size') expect(atMs).toBeLessThan(overdue);
        }
      }),
    );
  });

  it('a batch that is carried over as JSON goes on as it was', () => {
    fc.assert(
      fc.property(life, (steps) => {
        let state = rememberingIds(initialState());
        const nextOffsets = [0, 0, 0];
        let atMs = 0;
        for (const step of steps) {
          atMs += step.afterMs;
          const command = commandOf(step, atMs, nextOffsets, []);
          const carried = JSON.parse(JSON.stringify(state)) as BatchState;
          expect(decide(command, carried)).toEqual(decide(command, state));
          state = decide(command, state).reduce(evolve, state);
        }
      }),
    );
  });
});
