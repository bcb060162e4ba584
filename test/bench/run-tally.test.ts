import { expect, it } from 'vitest';
import { type ReceivedAttempt, RunTally } from '../../bench/receiver/run-tally.ts';

const attempt = (deliveryId: string, number: number, atMs = 0): ReceivedAttempt => ({
  endpoint: 0,
  path: 'all',
  deliveryId,
  number,
  seq: 7,
  atMs,
});

it('counts deliveries once, however many attempts they take', () => {
  const run = new RunTally(1);
  run.count(attempt('a', 1));
  run.count(attempt('a', 2));
  run.countDelivered(attempt('a', 2, 5));
  expect(run.tally()).toMatchObject({ requests: 2, seen: 1, delivered: 1, lastDeliveredAtMs: 5, gaps: 0 });
});

it('tells an attempt that came twice from the attempts of a retry', () => {
  const run = new RunTally(1);
  for (const number of [1, 1, 2, 3, 3]) run.count(attempt('a', number));
  expect(run.tally()).toMatchObject({ repeatedAttempts: 2, repeatedFirstAttempts: 1 });
});

it('finds deliveries of which an attempt is missing', () => {
  const run = new RunTally(1);
  for (const number of [1, 3]) run.count(attempt('gap', number));
  for (const number of [2, 1]) run.count(attempt('whole', number));
  expect(run.tally().gaps).toBe(1);
});

it('finds deliveries that were answered with 200 again', () => {
  const run = new RunTally(1);
  for (const number of [1, 2]) {
    run.count(attempt('a', number));
    run.countDelivered(attempt('a', number));
  }
  expect(run.tally()).toMatchObject({ delivered: 1, deliveredAgain: 1 });
});

it('remembers how much was delivered when the last first attempt came', () => {
  const run = new RunTally(1);
  run.count(attempt('a', 1, 1));
  run.countDelivered(attempt('a', 1, 1));
  run.count(attempt('b', 1, 2));
  run.count(attempt('b', 2, 9));
  run.countDelivered(attempt('b', 2, 9));
  expect(run.tally()).toMatchObject({ firstAttempts: 2, lastFirstAttemptAtMs: 2, deliveredByThen: 1 });
});

it('the last delivery is the one that came last, whichever is answered last', () => {
  const run = new RunTally(1);
  const [early, late] = [attempt('early', 1, 1), attempt('late', 1, 2)];
  for (const each of [early, late]) run.count(each);
  for (const each of [late, early]) run.countDelivered(each);
  expect(run.tally().lastDeliveredAtMs).toBe(2);
});

it('answers arrivals in the order of their coming', () => {
  const run = new RunTally(2);
  for (const [id, endpoint, atMs] of [
    ['b', 1, 3],
    ['a', 0, 4],
  ] as const) {
    run.count({ ...attempt(id, 1, atMs), endpoint });
    run.countDelivered({ ...attempt(id, 1, atMs), endpoint });
  }
  const { endpoint, atMs } = run.arrivals();
  expect([[...endpoint], [...atMs]]).toEqual([
    [1, 0],
    [3, 4],
  ]);
});
