import fc from 'fast-check';
import { Partitioners, type PartitionMetadata } from 'kafkajs';
import { expect, it } from 'vitest';
import { byPartitionKey, type PlacedMessage } from '../../../infra/kafka/partitioner.ts';

const partitionsOf = (count: number): PartitionMetadata[] =>
  Array.from({ length: count }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 0,
    replicas: [],
    isr: [],
  }));

const partitionOf = (message: PlacedMessage, partitions: number): number =>
  byPartitionKey()({ topic: 'any', partitionMetadata: partitionsOf(partitions), message });

const keys = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
);
const partitionCounts = fc.integer({ min: 1, max: 50 });

it('puts every key where kafkajs puts it', () => {
  const theirs = Partitioners.DefaultPartitioner();
  fc.assert(
    fc.property(keys, partitionCounts, (key, partitions) => {
      const message = { key, value: null };
      expect(partitionOf(message, partitions)).toBe(
        theirs({ topic: 'any', partitionMetadata: partitionsOf(partitions), message }),
      );
    }),
  );
});

it('puts messages with one partition key together, whatever their keys', () => {
  fc.assert(
    fc.property(keys, keys, fc.string(), partitionCounts, (one, other, partitionKey, partitions) => {
      expect(partitionOf({ key: one, value: null, partitionKey }, partitions)).toBe(
        partitionOf({ key: other, value: null, partitionKey }, partitions),
      );
    }),
  );
});

it('spreads messages without a key over all partitions', () => {
  const place = byPartitionKey();
  const partitionMetadata = partitionsOf(6);
  const places = Array.from({ length: 6 }, () =>
    place({ topic: 'any', partitionMetadata, message: { key: null, value: null } }),
  );
  expect(new Set(places).size).toBe(6);
});
