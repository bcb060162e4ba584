/** A preview over a million stored events, through HTTP, against a real Kafka. */
import type { FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKafka } from '../../../infra/kafka/client.ts';
import { EVENT_TYPES } from '../../../schemas/event-types.ts';
import { previewRoutes } from '../../../services/api/routes/preview.ts';
import { withZodSchemas } from '../../../services/api/zod-routes.ts';
import { startTestKafka, type TestKafka } from '../../infra/kafka/test-kafka.ts';
import { appOfOneCaller } from './app-of-one-caller.ts';

const TOPIC = 'platform.events';
const EVENTS = 1_000_000;
const PER_REQUEST = 10_000;
const PARTITIONS = 6;
const HOURS = 10;
const FROM_MS = Date.now() - 2 * HOURS * 3_600_000;
const PATH = '/v1/subscriptions/preview';

/** The event number `n`: one of a thousand costs more than the draft asks for. Spread evenly over the hours. */
const record = (n: number) => ({
  timestamp: String(Math.floor(FROM_MS + (n / EVENTS) * HOURS * 3_600_000)),
  partition: n % PARTITIONS,
  value: `{"id":"evt_${n}","event":"workflow.completed","timestamp":"2024-01-15T10:30:05.123Z","data":{"workflow_id":"customer_support_bot","execution_time":2.3,"cost":${n % 1_000 === 0 ? 0.5 : 0.0045}}}`,
});
const DRAFT = {
  events: ['workflow.*'],
  filters: { workflow_id: ['customer_support_bot'] },
  conditions: { cost: { greater_than: 0.1 } },
  from: new Date(FROM_MS).toISOString(),
  to: new Date(FROM_MS + HOURS * 3_600_000).toISOString(),
  limit: 5,
};

let kafka: TestKafka;
let app: FastifyInstance | undefined;
let url: string;
beforeAll(async () => {
  kafka = await startTestKafka();
  await kafka.createTopic(TOPIC, PARTITIONS);
  const producer = kafka.client.producer();
  await producer.connect();
  for (let first = 0; first < EVENTS; first += PER_REQUEST) {
    const messages = Array.from({ length: PER_REQUEST }, (_, index) => record(first + index));
    await producer.send({ topic: TOPIC, messages });
  }
  await producer.disconnect();

  const logger = pino({ level: 'silent' });
  const config = { brokers: kafka.brokers.split(','), ssl: false, sasl: null };
  app = appOfOneCaller();
  app.get('/quick', () => ({}));
  previewRoutes(withZodSchemas(app), {
    kafka: createKafka(config, 'test', logger),
    logger,
    eventTopics: [TOPIC],
    eventTypes: EVENT_TYPES,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await app?.close();
  await kafka.stop();
});

const ask = (accept: string, signal: AbortSignal | null = null): Promise<Response> =>
  fetch(url + PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify(DRAFT),
    signal,
  });
interface Line {
  readonly type: 'progress' | 'result';
  readonly progress: number;
  readonly matched: number;
}
const linesOf = (text: string): Line[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describe('a preview over a million events', () => {
  it('counts all, shows the newest, and tells its progress, while others are answered', async () => {
    // Its head comes with its first line, so from here on it reads.
    const response = await ask('application/x-ndjson');
    let isRunning = true;
    const answer = response.text().finally(() => (isRunning = false));
    let answeredMeanwhile = 0;
    while (isRunning) {
      await (await fetch(`${url}/quick`)).text();
      if (isRunning) answeredMeanwhile += 1;
    }
    expect(answeredMeanwhile).toBeGreaterThan(0);
    const lines = linesOf(await answer);
    expect(lines.at(-1)).toMatchObject({
      type: 'result',
      from: DRAFT.from,
      to: DRAFT.to,
      events: EVENTS,
      matched: 1_000,
      rate_per_hour: 100,
      complete: true,
    });
    const newest = [999_000, 998_000, 997_000, 996_000, 995_000].map((n) => `evt_${n}`);
    expect((lines.at(-1) as unknown as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual(newest);

    const told = lines.slice(0, -1);
    expect(told.length).toBeGreaterThan(0);
    expect(told.every(({ type }) => type === 'progress')).toBe(true);
    expect(told.map(({ progress }) => progress)).toEqual(
      told.map(({ progress }) => progress).sort((a, b) => a - b),
    );
  });

  it('ends when its client goes away, and makes room for others', async () => {
    const gone = new AbortController();
    const given = [
      await ask('application/x-ndjson', gone.signal),
      await ask('application/x-ndjson', gone.signal),
    ];
    const refused = await ask('application/json');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    gone.abort();
    await Promise.allSettled(given.map((response) => response.text()));
    const statusOf = async (): Promise<number> => {
      const next = new AbortController();
      const { status } = await ask('application/x-ndjson', next.signal);
      next.abort();
      return status;
    };
    await expect.poll(statusOf, { timeout: 5_000 }).toBe(200);
  });
});
