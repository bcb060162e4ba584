/** Events as a batch collects them. */
import type { BatchItem, BatchTerms } from '../../../domain/batch/batch.ts';
import type { EventId } from '../../../schemas/ids.ts';

export const TERMS: BatchTerms = { version: 1, size: 3, timeoutMs: 30_000 };

/** The record at `offset` of a partition, with an event of so many bytes. */
export const itemAt = (offset: number, partition = 0, bytes = 100): BatchItem => ({
  eventId: `evt_${partition}_${offset}` as EventId,
  occurredAt: '2024-01-15T10:30:05.123Z',
  source: { topic: 'platform.events', partition, offset: String(offset) },
  appendedAtMs: 1_705_314_605_123,
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  text: `{"id":"evt_${partition}_${offset}","event":"a.b","timestamp":"2024-01-15T10:30:05.123Z","data":{}}`,
  bytes,
});

/** The records from one offset up to, not including, another. */
export const itemsFrom = (start: number, end: number, partition = 0, bytes = 100): readonly BatchItem[] =>
  Array.from({ length: end - start }, (_, index) => itemAt(start + index, partition, bytes));
