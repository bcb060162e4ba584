/** A partition of `webhooks.deliveries` in memory, read in chunks as the consumer hands them out. */
import { READ_MODEL_RULES } from '../../../domain/record/read-model-rules.ts';
import type { LogChunk, Projection, ProjectionDeps } from '../../../infra/projections/projection.ts';
import { readModels } from '../../../infra/projections/read-models.ts';
import type { DeliveryEvent } from '../../../schemas/delivery-log.ts';

const TOPIC = 'webhooks.deliveries';

/** The projection of deliveries as the projector runs it. */
export function createDeliveryProjection(
  pool: ProjectionDeps['pool'],
  logger: ProjectionDeps['logger'],
  extentOf: NonNullable<ProjectionDeps['extentOf']> = () => Promise.resolve({ low: 0n, high: 2n ** 63n }),
  everyMs: ProjectionDeps['everyMs'] = () => 0,
): Projection {
  const [deliveries] = readModels(READ_MODEL_RULES);
  return deliveries!.project({ pool, logger, extentOf, everyMs });
}

/** A record as the consumer hands it over. */
export type LogRecord = LogChunk['records'][number];

/** The records of `events` at the offsets from `firstOffset` on. */
export const recordsOf = (events: readonly DeliveryEvent[], firstOffset = 0): readonly LogRecord[] =>
  events.map((event, i) => ({
    offset: BigInt(firstOffset + i),
    key: event.delivery_id,
    value: Buffer.from(JSON.stringify(event)),
  }));

/** Neighbouring records as one chunk. At least one. */
export const chunkOf = (records: readonly LogRecord[], partition = 0): LogChunk => ({
  topic: TOPIC,
  partition,
  firstOffset: records[0]!.offset,
  nextOffset: records[records.length - 1]!.offset + 1n,
  records,
});

/**
 * Reads a partition from `start` to its end as the consumer does: `sizes` are the lengths of the chunks, over
 * and over, and a seek is followed.
 */
export async function readAll(
  projection: Projection,
  records: readonly LogRecord[],
  {
    partition = 0,
    sizes = [500],
    start = 0,
  }: { partition?: number; sizes?: readonly number[]; start?: number } = {},
): Promise<void> {
  let turn = 0;
  for (let from = start; from < records.length;) {
    const chunk = chunkOf(records.slice(from, from + sizes[turn++ % sizes.length]!), partition);
    const result = await projection.handle(chunk);
    from = Number(result === 'done' ? chunk.nextOffset : result.seekTo);
  }
}
