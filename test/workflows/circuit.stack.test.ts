/** When an endpoint is left alone and when it is asked again, watched from it, on a Temporal that skips the waits. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EndpointGates } from '../../activities/endpoint-gates.ts';
import { DELIVERIES_TO_OPEN, FAILURES_TO_OPEN, FIRST_COOL_DOWN_MS } from '../../domain/deliver/circuit.ts';
import type { DeliveryTask } from '../../schemas/delivery.ts';
import { newGates, settingsFor, startDeliveryEnv, subscriptionTo } from './delivery-env.ts';

let stage: Awaited<ReturnType<typeof startDeliveryEnv>>;
beforeAll(async () => {
  stage = await startDeliveryEnv();
});
afterAll(() => stage.stop());
beforeEach(() => {
  stage.receiver.arrivals.length = 0;
  stage.recorded.length = 0;
  stage.held.clear();
  stage.world.gates = newGates(() => new Date(nowMs));
  withRetries(0);
  answering(503);
});

const answering = (status: number): void => {
  stage.receiver.script.answer = (_request, response) => void response.writeHead(status).end();
};
const withRetries = (max_retries: number): void => {
  const settings = settingsFor(stage.receiver.url);
  const retry_policy = { ...settings.retry_policy, max_retries };
  stage.world.subscription = subscriptionTo(stage.receiver.url, { settings: { ...settings, retry_policy } });
};
/** How each delivery ends, one after the other. */
async function deliver(count: number): Promise<readonly string[]> {
  const ends: string[] = [];
  for (let index = 0; index < count; index += 1) ends.push(await stage.deliver(stage.task()));
  return ends;
}
const times = <T>(count: number, value: T): readonly T[] => Array<T>(count).fill(value);
/** The gates' clock stands still unless it is put forward. */
let nowMs = 0;
const coolDown = (): void => void (nowMs += FIRST_COOL_DOWN_MS);
const arrived = (): string[] =>
  stage.receiver.arrivals.map(({ headers }) => String(headers['x-broxi-delivery']));

describe('a circuit', () => {
  it('opens after twenty failures in a row, and what comes then is held', async () => {
    expect(await deliver(FAILURES_TO_OPEN)).toEqual(times(FAILURES_TO_OPEN, 'exhausted'));
    expect(await deliver(2)).toEqual(['held', 'held']);
    expect(arrived()).toHaveLength(FAILURES_TO_OPEN);
    const held = stage.recorded.filter(({ type }) => type === 'DeliveryHeld');
    expect(held).toMatchObject(times(2, { reason: 'circuit_open' }));
  });

  it('does not open where one answer came in between', async () => {
    await deliver(FAILURES_TO_OPEN - 1);
    answering(200);
    await deliver(1);
    answering(503);
    expect(await deliver(FAILURES_TO_OPEN - 1)).toEqual(times(FAILURES_TO_OPEN - 1, 'exhausted'));
  });

  it.each([1, DELIVERIES_TO_OPEN - 1])('does not open because of %i, however often', async (few) => {
    withRetries(2 * FAILURES_TO_OPEN);
    expect(await deliver(few)).toEqual(times(few, 'exhausted'));
    answering(200);
    expect(await deliver(1)).toEqual(['succeeded']);
    expect(arrived()).toHaveLength(few * (2 * FAILURES_TO_OPEN + 1) + 1);
  });

  it('opens because of five that fail often enough', async () => {
    withRetries(FAILURES_TO_OPEN / DELIVERIES_TO_OPEN - 1);
    await deliver(DELIVERIES_TO_OPEN);
    expect(arrived()).toHaveLength(FAILURES_TO_OPEN);
    expect(await deliver(1)).toEqual(['held']);
  });

  it('lets a probe through after a while, and closes when it succeeds', async () => {
    await deliver(FAILURES_TO_OPEN);
    coolDown();
    answering(200);
    expect(await deliver(3)).toEqual(times(3, 'succeeded'));
  });

  it('stays open for twice as long when the probe fails', async () => {
    await deliver(FAILURES_TO_OPEN);
    coolDown();
    expect(await deliver(1)).toEqual(['exhausted']);
    answering(200);
    coolDown();
    expect(await deliver(1)).toEqual(['held']);
    coolDown();
    expect(await deliver(1)).toEqual(['succeeded']);
  });

  it('has what was held released in order once it has closed', async () => {
    stage.world.gates = inTurn(stage.world.gates);
    await deliver(FAILURES_TO_OPEN);
    const held: readonly DeliveryTask[] = Array.from({ length: 10 }, () => stage.task());
    for (const task of held) expect(await stage.deliver(task)).toBe('held');
    stage.receiver.arrivals.length = 0;
    answering(200);
    coolDown();
    await stage.release();
    expect(arrived()).toEqual(held.map(({ deliveryId }) => deliveryId));
  });
});

/** The same gates for an endpoint that takes one request at a time, so that nothing overtakes on the wire. */
function inTurn(gates: EndpointGates): EndpointGates {
  let last = Promise.resolve();
  return {
    ...gates,
    async enter(applicant) {
      const before = last;
      let over = (): void => undefined;
      last = new Promise((resolve) => (over = resolve));
      await before;
      const admission = await gates.enter(applicant);
      if (!admission.admitted) {
        over();
        return admission;
      }
      return {
        admitted: true,
        hasWaited: true,
        leave(outcome) {
          admission.leave(outcome);
          over();
        },
      };
    },
  };
}
