import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  evolveDelivery,
  isEnded,
  newDelivery,
  type DeliveryRecord,
} from '../../../domain/record/delivery.ts';
import { DeliveryEvent } from '../../../schemas/delivery-log.ts';
import {
  at,
  attempted,
  cancelled,
  deliveryHistory,
  held,
  scheduled,
  scheduledAndAttempted,
} from './delivery-history.ts';

const fold = (events: readonly DeliveryEvent[]): DeliveryRecord =>
  events.reduce(evolveDelivery, newDelivery(events[0]?.at ?? at(0)));

/** The same events in any order, each at least once. */
const shuffledAndRepeated = (events: readonly DeliveryEvent[]): fc.Arbitrary<DeliveryEvent[]> =>
  fc
    .array(fc.constantFrom(...events), { maxLength: 4 })
    .chain((repeated) =>
      fc.shuffledSubarray([...events, ...repeated], { minLength: events.length + repeated.length }),
    );

describe('a delivery that begins again', () => {
  const restarted = (ms: number, attempts_made: number): DeliveryEvent => ({
    ...scheduled(1, ms),
    type: 'DeliveryRestarted',
    attempts_made,
    actor: 'key:test',
  });
  const givenUp = [scheduled(1, 0), attempted(1, 1_000, 1, 'retry'), attempted(1, 2_000, 2, 'exhaust')];

  it('goes on, due at once', () => {
    expect(fold([...givenUp, restarted(9_000, 2)])).toMatchObject({
      status: 'retrying',
      attempts: 2,
      nextAttemptAt: at(9_000),
      endedAt: null,
    });
  });

  it('ends as its next attempts end, however often the record stands there', () => {
    const again = [...givenUp, restarted(9_000, 2), attempted(1, 9_100, 3, 'succeed')];
    expect(fold(again)).toMatchObject({ status: 'succeeded', attempts: 3, endedAt: at(9_100) });
    expect(fold([...again, restarted(9_000, 2)])).toEqual(fold(again));
  });

  it('may be cancelled, and is not begun by a repetition of the record', () => {
    const stopped = [...givenUp, restarted(9_000, 2), cancelled(1, 9_500)];
    expect(fold(stopped).status).toBe('cancelled');
    expect(fold([...stopped, restarted(9_000, 2)]).status).toBe('cancelled');
  });

  it('is left alone by the record while it has not ended', () => {
    expect(fold([...givenUp.slice(0, 2), restarted(9_000, 1)])).toEqual(fold(givenUp.slice(0, 2)));
  });
});

describe('the fold of a delivery', () => {
  it('is the same for any order and any repetition of what was scheduled and attempted', () => {
    const histories = scheduledAndAttempted(1).chain((events) =>
      fc.tuple(fc.constant(events), shuffledAndRepeated(events)),
    );
    fc.assert(
      fc.property(histories, ([events, disordered]) => {
        expect(fold(disordered)).toEqual(fold(events));
      }),
    );
  });

  it('was created at its earliest record and is numbered by its latest attempt', () => {
    fc.assert(
      fc.property(scheduledAndAttempted(1), (events) => {
        const delivery = fold(events);
        expect(delivery.createdAt).toBe(events.map((event) => event.at).sort()[0]);
        expect(delivery.attempts).toBe(events.filter(({ type }) => type === 'AttemptEnded').length);
      }),
    );
  });

  it('has an end time when it has ended, and a next attempt only while it is retrying', () => {
    fc.assert(
      fc.property(deliveryHistory(1), (events) => {
        const delivery = fold(events);
        expect(delivery.endedAt !== null).toBe(isEnded(delivery.status));
        expect(delivery.nextAttemptAt !== null).toBe(delivery.status === 'retrying');
      }),
    );
  });

  it('stays at its end, whatever is recorded late', () => {
    const history = fc.tuple(
      scheduledAndAttempted(1).filter((events) => isEnded(fold(events).status)),
      fc.array(fc.constantFrom(scheduled(1, 99_000), held(1, 99_000), cancelled(1, 99_000))),
    );
    fc.assert(
      fc.property(history, ([events, late]) => {
        expect(fold([...events, ...late])).toEqual(fold(events));
      }),
    );
  });

  it('is held while it may not be sent, and goes on from there', () => {
    const events = [scheduled(1, 0), attempted(1, 100, 1, 'retry'), held(1, 5_100)];
    expect(fold(events)).toMatchObject({ status: 'held', attempts: 1, nextAttemptAt: null });
    expect(fold([...events, attempted(1, 9_000, 2, 'succeed')])).toMatchObject({
      status: 'succeeded',
      attempts: 2,
    });
  });

  it('starts again when an exhausted delivery is attempted once more', () => {
    const events = [attempted(1, 100, 1, 'exhaust'), attempted(1, 9_000, 2, 'retry')];
    expect(fold(events)).toMatchObject({ status: 'retrying', attempts: 2, endedAt: null });
  });

  it('believes the later of two records of one attempt, which was made twice by a crash, in any order', () => {
    const lost = attempted(1, 100, 1, 'retry');
    const repeated = attempted(1, 20_000, 1, 'succeed');
    const expected = { status: 'succeeded', attempts: 1, endedAt: repeated.at, nextAttemptAt: null };
    expect(fold([scheduled(1, 0), lost, repeated])).toMatchObject(expected);
    expect(fold([scheduled(1, 0), repeated, lost])).toMatchObject(expected);
  });

  it('stays cancelled when the attempt that was on the wire fails afterwards', () => {
    const onTheWire = attempted(1, 1_000, 1, 'retry', 900);
    const expected = {
      status: 'cancelled',
      attempts: 1,
      lastStatusCode: 503,
      endedAt: at(500),
      nextAttemptAt: null,
    };
    expect(fold([scheduled(1, 0), cancelled(1, 500), onTheWire])).toMatchObject(expected);
    expect(fold([scheduled(1, 0), onTheWire, cancelled(1, 500)])).toMatchObject(expected);
  });

  it('has succeeded when the attempt that was on the wire succeeds although it was cancelled', () => {
    const events = [scheduled(1, 0), cancelled(1, 500), attempted(1, 1_000, 1, 'succeed', 900)];
    expect(fold(events)).toMatchObject({ status: 'succeeded' });
  });

  it('goes on when an operator has it attempted again after it was cancelled', () => {
    const events = [scheduled(1, 0), cancelled(1, 500), attempted(1, 9_000, 1, 'retry', 100)];
    expect(fold(events)).toMatchObject({ status: 'retrying', endedAt: null });
  });
});

describe('the times of a record', () => {
  it('are read with milliseconds, so that their texts sort as they do', () => {
    const early = DeliveryEvent.parse({ ...scheduled(1, 0), at: '2024-01-15T10:30:05Z' });
    const late = DeliveryEvent.parse({ ...scheduled(1, 0), at: '2024-01-15T10:30:05.1234567Z' });
    expect([early.at, late.at]).toEqual(['2024-01-15T10:30:05.000Z', '2024-01-15T10:30:05.123Z']);
  });

  it('are refused where PostgreSQL has no place for them', () => {
    const parsed = DeliveryEvent.safeParse({ ...scheduled(1, 0), occurred_at: '0000-01-01T00:00:00.000Z' });
    expect(parsed.success).toBe(false);
  });
});
