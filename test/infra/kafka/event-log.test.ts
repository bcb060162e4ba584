import { describe, expect, it } from 'vitest';
import type { ConsumedRecord } from '../../../infra/kafka/chunk-consumer.ts';
import { deadLetter, decodeKnownSubscriptionEvent } from '../../../infra/kafka/event-log.ts';
import { decodeAuditedFact } from '../../../infra/kafka/audit-log.ts';
import { MAX_DEAD_LETTER_BYTES, SUBSCRIPTION_LOG } from '../../../infra/kafka/topics.ts';

const PLACE = { topic: 'platform.events', partition: 3, offset: '41' };
const RECORD: ConsumedRecord = {
  offset: 41n,
  key: 'a key',
  value: Buffer.from('no event'),
  headers: { marker: 'x' },
  timestampMs: 1,
};
const WHENCE = { source_topic: 'platform.events', source_partition: '3', source_offset: '41' };

describe('a dead letter', () => {
  it('is the record as it came, with why it is no event and where it was', () => {
    expect(deadLetter(RECORD, PLACE, 'value: expected JSON')).toEqual({
      topic: 'webhooks.dead-letters',
      key: 'a key',
      value: RECORD.value,
      headers: { marker: 'x', error: 'value: expected JSON', ...WHENCE },
    });
  });

  it.each<[what: string, record: ConsumedRecord]>([
    ['value', { ...RECORD, value: Buffer.alloc(MAX_DEAD_LETTER_BYTES) }],
    ['header', { ...RECORD, headers: { marker: Buffer.alloc(MAX_DEAD_LETTER_BYTES) } }],
    ['list of headers', { ...RECORD, headers: { marker: Array<string>(11).fill('x'.repeat(1_000_000)) } }],
    ['key', { ...RECORD, key: 'x'.repeat(MAX_DEAD_LETTER_BYTES) }],
  ])('of a record whose %s is larger than its topic takes tells only why and where', (_what, record) => {
    expect(deadLetter(record, PLACE, 'too large')).toEqual({
      topic: 'webhooks.dead-letters',
      key: null,
      value: null,
      headers: {
        error: expect.stringMatching(/^too large; not copied here, for it has \d{8} bytes$/),
        ...WHENCE,
      },
    });
  });
});

it('a change of a subscription in a version that is yet to come is not passed over for the audit log either', () => {
  const future = Buffer.from(JSON.stringify({ schema_version: 99 }));
  expect(() => decodeKnownSubscriptionEvent(future)).toThrow(/newer version/);
  expect(() => decodeAuditedFact(future, SUBSCRIPTION_LOG)).toThrow(/newer version/);
});
