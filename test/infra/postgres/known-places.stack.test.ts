/** Which deliveries are owed already, from real tables. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { findPlaces } from '../../../infra/postgres/known-places.ts';
import type { DeliveryEvent } from '../../../schemas/delivery-log.ts';
import { factsOf, scheduled } from '../../domain/record/delivery-history.ts';
import { createDeliveryProjection, readAll, recordsOf } from '../projections/log-of.ts';
import {
  createTestDatabase,
  quiet,
  startTestServer,
  type TestDatabase,
  type TestServer,
} from './test-database.ts';

let server: TestServer;
let database: TestDatabase;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server.stop();
});
beforeEach(async () => {
  database = await createTestDatabase(server);
});
afterEach(async () => {
  await database.pool.end();
});

const HOUR_MS = 3_600_000;
const agoOf = (event: DeliveryEvent, ms: number): DeliveryEvent => ({
  ...event,
  at: new Date(Date.now() - ms).toISOString(),
});
const project = (events: readonly DeliveryEvent[]): Promise<void> =>
  readAll(createDeliveryProjection(database.pool, quiet), recordsOf(events));
const idOf = (index: number) => factsOf(index).delivery_id;

it('an event that was delivered alone is known by its place', async () => {
  await project([agoOf(scheduled(1, 0), HOUR_MS)]);
  const places = await findPlaces(database.pool, [idOf(1), idOf(2)]);
  expect([...places]).toEqual([[idOf(1), factsOf(1).source]]);
});

it('each event of a batch is known by its own place', async () => {
  const events = [2, 3].map((index) => ({
    owed_id: idOf(index),
    event_id: factsOf(index).event_id,
    occurred_at: factsOf(index).occurred_at,
    source: factsOf(index).source,
  }));
  await project([{ ...agoOf(scheduled(1, 0), HOUR_MS), batched_events: 2, events } as DeliveryEvent]);
  const places = await findPlaces(database.pool, [idOf(2), idOf(3)]);
  expect(new Map(places)).toEqual(new Map([2, 3].map((index) => [idOf(index), factsOf(index).source])));
});

it('what is older than a day is not known any more', async () => {
  await project([agoOf(scheduled(1, 0), 25 * HOUR_MS)]);
  expect((await findPlaces(database.pool, [idOf(1)])).size).toBe(0);
});
