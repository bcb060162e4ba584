/** Counts the log of deliveries anew, from its first record, and compares the read models with that. */
import { evolveDelivery, newDelivery, type DeliveryRecord } from '../domain/record/delivery.ts';
import { contributionOf } from '../domain/record/stats.ts';
import { decodeDeliveryEvent } from '../infra/kafka/event-log.ts';
import { readPast, wholeRanges } from '../infra/kafka/read-past.ts';
import { DELIVERY_LOG } from '../infra/kafka/topics.ts';
import type { Rig } from './rig.ts';
import type { Target } from './findings.ts';
import { type Stack, until, untilSteady } from './stack.ts';

/** What is compared. */
type Counts = Record<'deliveries' | 'attempts' | 'pending' | 'held' | 'succeeded' | 'failed', number>;

/**
 * Compares what the read models hold with the log at a moment when the projector has read all of it: records may
 * still come after the last delivery has arrived. Rejects where there is no such moment.
 */
export async function recountTarget(rig: Rig): Promise<Target> {
  const { stack, patienceMs, signal } = rig;
  const recount = new Recount();
  const read = new Map<number, bigint>();
  let stored: Counts | null = null;
  const deadlineMs = performance.now() + patienceMs;
  for (;;) {
    const whole = await wholeRanges(stack.kafka, [DELIVERY_LOG]);
    const unread = whole
      .map((range) => ({ ...range, firstOffset: read.get(range.partition) ?? range.firstOffset }))
      .filter(({ firstOffset, endOffset }) => firstOffset < endOffset);
    if (unread.length === 0 && stored !== null) return compare(recount.counts(), stored);
    if (performance.now() > deadlineMs && stored !== null) throw new Error(`${DELIVERY_LOG} does not settle`);

    await readPast(stack.kafka, stack.logger, {
      reader: 'webhooks-bench-recount',
      ranges: unread,
      timeLimitMs: READ_LIMIT_MS,
      signal,
      onChunk({ records }) {
        for (const { value } of records) recount.add(value);
        return 'go_on';
      },
    });
    for (const { partition, endOffset } of whole) read.set(partition, endOffset);
    await untilReached(rig, read);
    stored = await storedCounts(stack);
  }
}

/**
 * Resolves once the read models know of all that the log holds and nothing more is appended: when the last request has
 * come, the outcomes of some are still on their way to the log.
 */
export async function untilProjected(rig: Rig): Promise<void> {
  const readToEnd = async (): Promise<string> => {
    const whole = await wholeRanges(rig.stack.kafka, [DELIVERY_LOG]);
    const ends = whole.map(({ partition, endOffset }) => [partition, endOffset] as const);
    await untilReached(rig, new Map(ends));
    return ends.join(' ');
  };
  await untilSteady(readToEnd, rig.signal);
}

const untilReached = ({ stack, patienceMs, signal }: Rig, ends: ReadonlyMap<number, bigint>): Promise<void> =>
  until(() => isProjected(stack, ends), patienceMs, 'the projector to read what is in the log', signal);

const READ_LIMIT_MS = 3_600_000;
const COUNTED = ['pending', 'held', 'succeeded', 'failed'] as const;

/** Every record folded anew. */
class Recount {
  readonly #deliveries = new Map<string, DeliveryRecord>();
  readonly #attempts = new Set<string>();

  add(value: Buffer | null): void {
    const decoded = decodeDeliveryEvent(value);
    if (!decoded.ok) return;
    const { event } = decoded;
    const before = this.#deliveries.get(event.delivery_id) ?? newDelivery(event.at);
    this.#deliveries.set(event.delivery_id, evolveDelivery(before, event));
    if (event.type === 'AttemptEnded') this.#attempts.add(`${event.delivery_id} ${event.number}`);
  }

  counts(): Counts {
    const counts = { pending: 0, held: 0, succeeded: 0, failed: 0 };
    for (const delivery of this.#deliveries.values()) {
      const contribution = contributionOf(delivery);
      for (const name of COUNTED) counts[name] += contribution[name];
    }
    return { deliveries: this.#deliveries.size, attempts: this.#attempts.size, ...counts };
  }
}

/** True once every projection of the log has reached these offsets, by partition. */
async function isProjected({ database }: Stack, ends: ReadonlyMap<number, bigint>): Promise<boolean> {
  const { rows } = await database.query<{ partition: number; next_offset: string }>(
    `select partition, min(next_offset) as next_offset from projection_offsets where topic = $1
     group by partition`,
    [DELIVERY_LOG],
  );
  const reached = new Map(rows.map((row) => [row.partition, BigInt(row.next_offset)]));
  return [...ends].every(([partition, end]) => (reached.get(partition) ?? 0n) >= end);
}

async function storedCounts({ database }: Stack): Promise<Counts> {
  const { rows } = await database.query<Record<keyof Counts, string>>(
    `select (select count(*) from deliveries) as deliveries, (select count(*) from attempts) as attempts,
            coalesce(sum(pending), 0) as pending, coalesce(sum(held), 0) as held,
            coalesce(sum(succeeded), 0) as succeeded, coalesce(sum(failed), 0) as failed
     from subscription_stats`,
  );
  return Object.fromEntries(
    Object.entries(rows[0]!).map(([name, count]) => [name, Number(count)]),
  ) as unknown as Counts;
}

function compare(counted: Counts, stored: Counts): Target {
  const names = Object.keys(counted) as (keyof Counts)[];
  const differences = names
    .filter((name) => counted[name] !== stored[name])
    .map((name) => `${name}: ${stored[name]} stored, ${counted[name]} counted`);
  return {
    says: 'read models equal a recount',
    wanted: 'all figures',
    found: differences.length === 0 ? `${counted.deliveries} deliveries` : differences.join(', '),
    isMet: differences.length === 0,
  };
}
