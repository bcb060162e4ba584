/**
 * One test delivery: the request that a delivery would be, marked as a test and sent once. Nothing is recorded,
 * so it counts in no stats and opens no circuit; what it came to is the answer.
 */
import { Context } from '@temporalio/activity';
import { targetOf } from '../domain/deliver/target.ts';
import { withMaskedAnswer } from '../domain/record/masked-answer.ts';
import { isLive, type Subscription } from '../domain/subscription/subscription.ts';
import type { GuardedAgent, HttpExchange } from '../infra/http/guarded-agent.ts';
import type { SubscriptionId } from '../schemas/ids.ts';
import { createMakeRequest, type RequestDeps, type ToSend } from './delivery-request.ts';

/** What is to be sent, and to whom. No secret: the workflow's history keeps it. */
export interface TestDelivery extends ToSend {
  readonly body: string;
  readonly subscriptionId: SubscriptionId;
  /** A worker that has not seen it yet waits until it has. */
  readonly subscriptionVersion: number;
}

/** What came of it. Null where the subscription was deleted meanwhile. */
export interface TestEnd {
  /** RFC 3339. */
  readonly startedAt: string;
  readonly url: string;
  /** As they were sent, the customer's own masked. */
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly exchange: HttpExchange;
}

/** What test deliveries need of the world. */
export interface SendTestDeps extends RequestDeps {
  readonly agent: Pick<GuardedAgent, 'post'>;
  /** The subscription, not older than `version`. */
  readonly lookUp: (id: SubscriptionId, version: number) => Promise<Subscription>;
  readonly now: () => Date;
}

/** Whoever asked is waiting, so a test has less time than a delivery may have. */
const LONGEST_TEST_MS = 20_000;
const MARK = { 'X-Broxi-Test': 'true' };

/** Sends whatever the subscription's state: it is tried before it is activated. */
export function createSendTest(deps: SendTestDeps) {
  const makeRequest = createMakeRequest(deps);
  return async function sendTest(test: TestDelivery): Promise<TestEnd | null> {
    const { cancellationSignal: signal } = Context.current();
    const subscription = await deps.lookUp(test.subscriptionId, test.subscriptionVersion);
    if (!isLive(subscription)) return null;
    const startedAt = deps.now();
    const url = targetOf(subscription.settings, test, test.body);
    const { request, requestHeaders, secrets } = makeRequest({
      subscription,
      task: test,
      body: test.body,
      url,
      number: 1,
      sentAt: startedAt,
    });
    const exchange = await deps.agent.post({
      ...request,
      headers: { ...request.headers, ...MARK },
      timeoutMs: Math.min(request.timeoutMs, LONGEST_TEST_MS),
      signal,
    });
    return {
      startedAt: startedAt.toISOString(),
      url,
      requestHeaders: { ...requestHeaders, ...MARK },
      exchange: withMaskedAnswer(exchange, secrets),
    };
  };
}
