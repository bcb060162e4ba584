/**
 * One attempt of one delivery: look up where it goes, sign, POST, judge, and append the outcome to
 * `webhooks.deliveries` before anyone is told. A worker that dies with the request on the wire leaves no
 * outcome, and the attempt is made again under the same number: the one place where a request may be sent
 * twice.
 */
import { afterAttempt } from '../domain/deliver/after-attempt.ts';
import { attemptEnded, deliveryCancelled, deliveryHeld } from '../domain/record/delivery-event.ts';
import { isLive, type LiveSubscription, type Subscription } from '../domain/subscription/subscription.ts';
import type { GuardedAgent, HttpExchange } from '../infra/http/guarded-agent.ts';
import type { EventLog } from '../infra/kafka/event-log.ts';
import type { DeliveryTask } from '../schemas/delivery.ts';
import type { SubscriptionId } from '../schemas/ids.ts';
import { deliveryRequest, type RequestDeps } from './delivery-request.ts';
import { workerShutdownSignal } from './worker-shutdown.ts';

/** What an attempt came to, for the workflow. Texts in it are readable in Temporal: nothing secret. */
export type AttemptEnd =
  | { readonly step: 'succeed' }
  | { readonly step: 'retry'; readonly number: number; readonly delayMs: number; readonly failure: string }
  | { readonly step: 'exhaust'; readonly reason: 'not_retried' | 'retries_used_up' | 'gone' }
  | { readonly step: 'block' }
  /** Nothing was sent: the subscription is paused. `attemptsMade` attempts came before. */
  | { readonly step: 'hold'; readonly attemptsMade: number }
  /** Nothing was sent: the delivery is no longer owed. */
  | { readonly step: 'cancel'; readonly reason: string };

/** What attempts need of the world. Time and chance come in here. */
export interface AttemptDeps extends RequestDeps {
  readonly eventLog: EventLog;
  readonly agent: GuardedAgent;
  /** The subscription, not older than `version`. */
  readonly lookUp: (id: SubscriptionId, version: number) => Promise<Subscription>;
  readonly now: () => Date;
  /** In [0, 1). */
  readonly random: () => number;
}

/** Makes attempt `number`. `heldBefore` says that a hold is recorded already. */
export type AttemptDelivery = (
  task: DeliveryTask,
  number: number,
  heldBefore?: boolean,
) => Promise<AttemptEnd>;

/** Rejects only where the secrets cannot be opened or the worker stops. */
export const createAttemptDelivery = (deps: AttemptDeps): AttemptDelivery =>
  async function attemptDelivery(task, number, heldBefore = false) {
    const subscription = await deps.lookUp(task.subscriptionId, task.subscriptionVersion);
    const owed = whetherOwed(subscription);
    if (owed.step === 'cancel') {
      await deps.eventLog.appendDeliveryEvents([deliveryCancelled(task, deps.now(), owed.reason)]);
      return owed;
    }
    if (owed.step === 'hold') {
      if (!heldBefore) await deps.eventLog.appendDeliveryEvents([deliveryHeld(task, deps.now())]);
      return { step: 'hold', attemptsMade: number - 1 };
    }

    const { retry_policy: policy } = owed.subscription.settings;
    const startedAt = deps.now();
    const { request, requestHeaders } = deliveryRequest(deps, owed.subscription, task, number, startedAt);
    const exchange = await deps.agent.post({
      ...request,
      // A worker that shuts down cuts the request off, and nothing is recorded: that says nothing of the endpoint.
      signal: workerShutdownSignal(),
    });
    const attempt = number - (task.attemptsBefore ?? 0);
    const next = afterAttempt(policy, attempt, exchange.outcome, deps.random());
    const { url } = request;
    await deps.eventLog.appendDeliveryEvents([
      attemptEnded(task, { number, url, requestHeaders, startedAt, endedAt: deps.now(), next, ...exchange }),
    ]);
    switch (next.step) {
      case 'retry':
        return { step: 'retry', number, delayMs: next.delayMs, failure: describe(exchange) };
      case 'exhaust':
        return { step: 'exhaust', reason: next.reason };
      case 'block':
        return { step: 'block' };
      case 'succeed':
        return { step: 'succeed' };
    }
  };

type Owed =
  | { readonly step: 'send'; readonly subscription: LiveSubscription }
  | { readonly step: 'hold' }
  | { readonly step: 'cancel'; readonly reason: string };

function whetherOwed(subscription: Subscription): Owed {
  if (!isLive(subscription)) return { step: 'cancel', reason: 'subscription_deleted' };
  switch (subscription.status) {
    case 'active':
      return { step: 'send', subscription };
    case 'paused':
      return { step: 'hold' };
    case 'disabled':
      return { step: 'cancel', reason: 'subscription_disabled' };
  }
}

/** The failure in a few words for the Temporal UI. */
const describe = ({ outcome, error }: HttpExchange): string =>
  outcome.kind === 'answered' ? `answered ${outcome.statusCode}` : (error ?? outcome.kind);
