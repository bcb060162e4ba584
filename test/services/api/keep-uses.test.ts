import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createApiKeyUses } from '../../../domain/api-key/uses.ts';
import type { ApiKeyUsed } from '../../../schemas/api-key-log.ts';
import { ApiKeyId } from '../../../schemas/ids.ts';
import { keepUses } from '../../../services/api/keep-uses.ts';

const ID = ApiKeyId.parse('key_0000000000000001');
const MINUTE_MS = 60_000;
const logger = pino({ level: 'silent' });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('writes one record a minute for a key that is always used, and what is left at the end', async () => {
  const uses = createApiKeyUses();
  const written: ApiKeyUsed[] = [];
  const appendUses = (records: readonly ApiKeyUsed[]): Promise<void> => {
    written.push(...records);
    for (const record of records) uses.apply(record);
    return Promise.resolve();
  };
  const kept = keepUses(uses, { appendUses }, logger);
  for (let second = 0; second < 150; second += 1) {
    uses.saw(ID, Date.now());
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(written).toHaveLength(2);
  await kept.stop();
  expect(written).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(MINUTE_MS);
  expect(written).toHaveLength(3);
});

it('waits for a Kafka that is away without asking again, and tries again after a refusal', async () => {
  const uses = createApiKeyUses();
  uses.saw(ID, Date.now());
  const refuse: ((error: Error) => void)[] = [];
  const appendUses = (): Promise<void> => new Promise((_resolve, reject) => refuse.push(reject));
  const kept = keepUses(uses, { appendUses }, logger);
  await vi.advanceTimersByTimeAsync(5 * MINUTE_MS);
  expect(refuse).toHaveLength(1);
  refuse[0]?.(new Error('not now'));
  await vi.advanceTimersByTimeAsync(MINUTE_MS);
  expect(refuse).toHaveLength(2);
  const stopped = kept.stop();
  refuse[1]?.(new Error('closed'));
  await stopped;
});
