/**
 * What a chunk takes while it is handed over is several times its records. Under load each partition has a full one, and
 * all of them wait for the same workers: only a few are opened meanwhile, and the others stay as Kafka has sent them.
 */
import pLimit from 'p-limit';
import type { Chunk } from '../../infra/kafka/chunk-consumer.ts';

/** A chunk with more records is large. Smaller ones never wait: they are what quiet times have. */
const LARGE_RECORDS = 100;
const LARGE_AT_ONCE = 2;

/** Handles chunks as `handle` does, few large ones at once and those in the order in which they come. */
export function fewLargeAtOnce<Result>(
  handle: (chunk: Chunk) => Promise<Result>,
): (chunk: Chunk) => Promise<Result> {
  const limit = pLimit(LARGE_AT_ONCE);
  return (chunk) => (chunk.records.length > LARGE_RECORDS ? limit(() => handle(chunk)) : handle(chunk));
}
