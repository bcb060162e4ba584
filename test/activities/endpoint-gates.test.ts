/** What the gates before endpoints tell of themselves. Their waits are watched in test/workflows. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Admission,
  type Applicant,
  createEndpointGates,
  type EndpointGates,
} from '../../activities/endpoint-gates.ts';
import { FAILURES_TO_OPEN } from '../../domain/deliver/circuit.ts';
import type { Outcome } from '../../domain/deliver/outcome.ts';
import { LONGEST_WAIT_MS, SLOW_ANSWER_MS, STARTING_LIMIT } from '../../domain/deliver/pacing.ts';
import type { CircuitMove } from '../../domain/subscription/failure-watch.ts';
import type { AccountId, DeliveryId, SubscriptionId } from '../../schemas/ids.ts';

const applicantOf = (index: number, eventType: string): Applicant => ({
  subscriptionId: 'wh_abc12345' as SubscriptionId,
  accountId: 'acme' as AccountId,
  deliveryId: `del_${index}` as DeliveryId,
  eventType,
  url: 'https://example.com:8443/in?token=abc',
  perSecond: null,
});

const newGates = (): EndpointGates =>
  createEndpointGates({ now: () => new Date(), isBusy: () => false, onCircuit: () => undefined });

/** What is told of a circuit after so many deliveries of events of `eventType` have failed. */
async function movesAfterFailuresOf(eventType: string): Promise<readonly CircuitMove[]> {
  const moves: CircuitMove[] = [];
  const gates = createEndpointGates({
    now: () => new Date('2024-01-15T10:30:05Z'),
    isBusy: () => false,
    onCircuit: (_id, move) => void moves.push(move),
  });
  for (let index = 0; index < FAILURES_TO_OPEN; index += 1) {
    const admission = await gates.enter(applicantOf(index, eventType));
    if (admission.admitted) admission.leave({ kind: 'unreachable', failure: 'timeout' });
  }
  return moves;
}

it.each([
  ['workflow.completed', true],
  ['webhook.degraded', false],
  ['delivery.exhausted', false],
])(
  'a circuit that %s has opened is told with its host; whether it is worth telling: %s',
  async (type, isWorthTelling) => {
    expect(await movesAfterFailuresOf(type)).toEqual([
      {
        accountId: 'acme',
        host: 'example.com:8443',
        state: 'open',
        at: '2024-01-15T10:30:05.000Z',
        isWorthTelling,
      },
    ]);
  },
);

it('attempts are on the wire from their admission until they leave', async () => {
  const gates = newGates();
  const admissions = await Promise.all([0, 1, 2].map((index) => gates.enter(applicantOf(index, 'a.b'))));
  expect(gates.onWire()).toBe(3);
  for (const admission of admissions) if (admission.admitted) admission.leave(null);
  expect(gates.onWire()).toBe(0);
});

describe('an endpoint', () => {
  const ok: Outcome = { kind: 'answered', statusCode: 200, retryAfterMs: null };
  let gates: EndpointGates;
  let asked: number;
  /** Of those that have asked, what was said to them. */
  let said: Admission[];

  beforeEach(() => {
    vi.useFakeTimers();
    gates = newGates();
    asked = 0;
    said = [];
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const ask = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      void gates.enter(applicantOf(asked++, 'a.b')).then((admission) => said.push(admission));
    }
    await vi.advanceTimersByTimeAsync(0);
  };
  const refusals = (): readonly Admission[] => said.filter(({ admitted }) => !admitted);

  it('that is quick keeps all who come in line', async () => {
    await ask(STARTING_LIMIT + 500);
    expect([gates.onWire(), gates.waiting()]).toEqual([STARTING_LIMIT, 500]);
  });

  it('that hangs keeps nobody in line, once it has been silent for longer than anybody waits for', async () => {
    await ask(1);
    const [first] = said;
    if (first?.admitted) first.leave(ok);
    await ask(STARTING_LIMIT + 100);
    expect(gates.waiting()).toBe(100);

    await vi.advanceTimersByTimeAsync(SLOW_ANSWER_MS + 1);
    await ask(1);
    expect(gates.waiting()).toBe(0);
    expect(refusals()).toHaveLength(101);
    expect(refusals()).toContainEqual({ admitted: false, reason: 'endpoint_full', waitMs: 1_000 });
  });

  it('that answers now and then is waited for, and for no longer than a few seconds', async () => {
    await ask(STARTING_LIMIT + 10);
    const [first] = said;
    await vi.advanceTimersByTimeAsync(SLOW_ANSWER_MS);
    if (first?.admitted) first.leave(ok);
    await ask(1);
    expect(gates.waiting()).toBeGreaterThan(0);
    expect(refusals()).toEqual([]);
    await vi.advanceTimersByTimeAsync(LONGEST_WAIT_MS);
    expect(gates.waiting()).toBe(0);
  });
});

describe('a rate limit', () => {
  const ORIGINS = ['https://one.example/in', 'https://two.example/in'];
  const perSecond = 2;
  let gates: EndpointGates;
  /** When each was admitted. */
  let times: number[];

  beforeEach(() => {
    vi.useFakeTimers();
    gates = newGates();
    times = [];
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const askFor = async (index: number): Promise<Admission> => {
    const url = ORIGINS[index % ORIGINS.length]!;
    const admission = await gates.enter({ ...applicantOf(index, 'a.b'), perSecond, url });
    if (admission.admitted) times.push(performance.now());
    return admission;
  };
  /** Asks at once for so many, and again for each that is refused. */
  const askUntilAllWent = async (count: number): Promise<void> => {
    const asking = Array.from({ length: count }, async (_, index) => {
      for (;;) {
        const admission = await askFor(index);
        if (admission.admitted)
          return admission.leave({ kind: 'answered', statusCode: 200, retryAfterMs: null });
        await new Promise((resolve) => setTimeout(resolve, admission.waitMs));
      }
    });
    while (times.length < count) await vi.advanceTimersByTimeAsync(100);
    await Promise.all(asking);
  };

  it('is one for all origins of a subscription, in every second', async () => {
    await askUntilAllWent(12);
    const most = Math.max(
      ...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length),
    );
    expect(most).toBeLessThanOrEqual(perSecond + 1);
    expect(times.at(-1)! - times[0]!).toBeGreaterThanOrEqual(5_500);
  });

  it('is not used up by attempts that may not go for another reason', async () => {
    for (let index = 0; index < FAILURES_TO_OPEN; index += 1) {
      const admission = await gates.enter({ ...applicantOf(index, 'a.b'), url: ORIGINS[0]! });
      if (admission.admitted) admission.leave({ kind: 'unreachable', failure: 'timeout' });
    }
    for (let index = 0; index < 10; index += 2) {
      expect(await askFor(index)).toMatchObject({ reason: 'circuit_open' });
    }
    expect(await askFor(1)).toMatchObject({ admitted: true });
    expect(performance.now()).toBe(times[0]);
  });
});

it('endpoints that answer within a second do not fill a worker with those that wait for them', async () => {
  vi.useFakeTimers();
  const gates = newGates();
  const enter = (endpoint: number, index: number): void => {
    const applicant = applicantOf(index, 'a.b');
    const url = `https://${endpoint}.example/in`;
    void gates.enter({ ...applicant, url }).then((admission) => {
      const outcome: Outcome = { kind: 'answered', statusCode: 200, retryAfterMs: null };
      if (admission.admitted) setTimeout(() => admission.leave(outcome), 900);
    });
  };
  let most = 0;
  for (let tick = 0; tick < 100; tick += 1) {
    for (let index = 0; index < 100; index += 1) enter(tick % 2, tick * 100 + index);
    await vi.advanceTimersByTimeAsync(100);
    most = Math.max(most, gates.waiting());
  }
  vi.useRealTimers();
  expect(gates.onWire()).toBeGreaterThan(0);
  expect(most).toBeLessThan(1_000);
});
