/** What the gates before endpoints tell of themselves. Their waits are watched in test/workflows. */
import { expect, it } from 'vitest';
import { type Applicant, createEndpointGates } from '../../activities/endpoint-gates.ts';
import { FAILURES_TO_OPEN } from '../../domain/deliver/circuit.ts';
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

/** What is told of a circuit after so many deliveries of events of `eventType` have failed. */
async function movesAfterFailuresOf(eventType: string): Promise<readonly CircuitMove[]> {
  const moves: CircuitMove[] = [];
  const gates = createEndpointGates({
    now: () => new Date('2024-01-15T10:30:05Z'),
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
  const gates = createEndpointGates({ now: () => new Date(), onCircuit: () => undefined });
  const admissions = await Promise.all([0, 1, 2].map((index) => gates.enter(applicantOf(index, 'a.b'))));
  expect(gates.onWire()).toBe(3);
  for (const admission of admissions) if (admission.admitted) admission.leave(null);
  expect(gates.onWire()).toBe(0);
});
