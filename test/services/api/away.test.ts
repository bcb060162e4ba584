/** What the API answers while Kafka or Temporal are away. */
import { ServiceError } from '@temporalio/client';
import { KafkaJSConnectionError, KafkaJSNonRetriableError, KafkaJSNumberOfRetriesExceeded } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSubscriptionDirectory } from '../../../domain/subscription/directory.ts';
import type { NewRecord } from '../../../infra/kafka/appender.ts';
import type { SubscriptionId } from '../../../schemas/ids.ts';
import { appenderOfRequests, seen } from '../../../services/api/away.ts';
import { startServer } from './server.ts';

const record = (bytes: number): NewRecord => ({ topic: 't', key: null, value: 'a'.repeat(bytes) });
const [GRPC_INVALID_ARGUMENT, GRPC_DEADLINE_EXCEEDED, GRPC_UNAVAILABLE] = [3, 4, 14];
const grpcError = (code: number) => Object.assign(new Error('grpc'), { code, details: '', metadata: {} });
const refused = new KafkaJSConnectionError('refused', { broker: '127.0.0.1:1', code: 'ECONNREFUSED' });

describe('a request whose question fails', () => {
  const answerTo = async (error: Error) => {
    const { app } = startServer();
    app.get('/asks', () => {
      throw error;
    });
    const { statusCode, headers } = await app.inject('/asks');
    return { status: statusCode, type: headers['content-type'], comeBack: headers['retry-after'] };
  };
  const away = { status: 503, type: 'application/problem+json; charset=utf-8', comeBack: '5' };

  it.each([
    ['Kafka is away', refused],
    [
      'Kafka was away for all tries',
      new KafkaJSNumberOfRetriesExceeded(refused, { retryCount: 8, retryTime: 5 }),
    ],
    ['Temporal is away', new ServiceError('cannot signal', { cause: grpcError(GRPC_UNAVAILABLE) })],
    ['Temporal is too slow', new ServiceError('cannot start', { cause: grpcError(GRPC_DEADLINE_EXCEEDED) })],
  ])('because %s is answered with 503, and when to come back', async (_name, error) => {
    expect(await answerTo(error)).toEqual(away);
  });

  it.each([
    ['Kafka', new KafkaJSNonRetriableError('not a member')],
    ['Temporal', new ServiceError('wrong', { cause: grpcError(GRPC_INVALID_ARGUMENT) })],
    ['nobody that is known', new Error('a mistake of ours')],
  ])('because of what we asked of %s is our own fault', async (_name, error) => {
    expect(await answerTo(error)).toMatchObject({ status: 500, comeBack: undefined });
  });
});

describe('a record of a request', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const limits = { patienceMs: 10_000, mostWaitingBytes: 1_000 };
  const never = { append: () => new Promise<void>(() => undefined) };

  it('is waited for no longer than a client waits', async () => {
    const outcome = expect(appenderOfRequests(never, limits).append([record(10)])).rejects.toMatchObject({
      status: 503,
    });
    await vi.advanceTimersByTimeAsync(10_000);
    await outcome;
  });

  it('is refused at once where too much waits already, and taken again when that is gone', async () => {
    const resolve: (() => void)[] = [];
    const appender = appenderOfRequests(
      { append: () => new Promise<void>((resolved) => void resolve.push(resolved)) },
      limits,
    );
    const first = appender.append([record(600)]);
    await expect(appender.append([record(600)])).rejects.toMatchObject({ status: 503 });
    resolve[0]?.();
    await first;
    const second = appender.append([record(600)]);
    resolve[1]?.();
    expect(await second).toBeUndefined();
  });

  it('rejects as the appender does', async () => {
    const failing = { append: () => Promise.reject(refused) };
    await expect(appenderOfRequests(failing, limits).append([record(1)])).rejects.toBe(refused);
  });

  it('that was made is answered although the log does not tell of it', async () => {
    const answered = seen(createSubscriptionDirectory(), 'wh_1' as SubscriptionId, 1, 5_000);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await answered).toBeUndefined();
  });
});
