import type { Pool } from 'pg';
import type { RecordPlace } from '../../schemas/delivery.ts';
import type { DeliveryId } from '../../schemas/ids.ts';

/**
 * Where the events of those of `ids` came from that were first heard of within a day, delivered alone or in a batch.
 * A batch that is still being collected is not known here.
 */
export async function findPlaces(
  pool: Pool,
  ids: readonly DeliveryId[],
): Promise<ReadonlyMap<DeliveryId, RecordPlace>> {
  const { rows } = await pool.query<{
    id: DeliveryId;
    source_topic: string;
    source_partition: number;
    source_offset: string;
  }>(
    `select id, source_topic, source_partition, source_offset from deliveries
     where id = any($1::text[]) and created_at > now() - interval '24 hours'
     union all
     select owed_id, contents.source_topic, contents.source_partition, contents.source_offset
     from batch_contents contents join deliveries on id = delivery_id
     where owed_id = any($1::text[]) and created_at > now() - interval '24 hours'`,
    [ids],
  );
  return new Map(
    rows.map((row) => [
      row.id,
      { topic: row.source_topic, partition: row.source_partition, offset: row.source_offset },
    ]),
  );
}
