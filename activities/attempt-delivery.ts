/**
 * One attempt of one delivery: look up where it goes, sign, POST, judge, and append the outcome to
 * `webhooks.deliveries` before anyone is told. A worker that dies with the request on the wire leaves no
 * outcome, and the attempt is made again under the same number: the one place where a request may be sent
 * twice.
 */
import { cancellationSignal } from '@temporalio/activity';
import { afterAttempt } from '../domain/deliver/after-attempt.ts';
import { targetUrl } from '../domain/match/match-event.ts';
import { attemptEnded, deliveryCancelled, deliveryHeld } from '../domain/record/delivery-event.ts';
import { maskedHeaders } from '../domain/record/masked-headers.ts';
import { deliveryHeaders } from '../domain/deliver/signature.ts';
import { traceparent } from '../domain/deliver/trace-context.ts';
import {
  isLive,
  type LiveSubscription,
  previousSecretAt,
  type Subscription,
} from '../domain/subscription/subscription.ts';
import { hmacSha256 } from '../infra/crypto/hmac.ts';
import type { GuardedAgent, HttpExchange } from '../infra/http/guarded-agent.ts';
import type { EventLog } from '../infra/kafka/event-log.ts';
import type { DeliveryTask } from '../schemas/delivery.ts';
import type { SubscriptionId } from '../schemas/ids.ts';
import type { JsonObject } from '../schemas/json.ts';
import type { Sealed } from '../schemas/subscription-log.ts';

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
export interface AttemptDeps {
  readonly eventLog: EventLog;
  readonly agent: GuardedAgent;
  /** The subscription, not older than `version`. */
  readonly lookUp: (id: SubscriptionId, version: number) => Promise<Subscription>;
  /** Opens what was sealed for one subscription. Throws where the key is missing. */
  readonly open: (sealed: Sealed, id: SubscriptionId) => string;
  readonly now: () => Date;
  /** In [0, 1). */
  readonly random: () => number;
  /** 16 random hex digits: the W3C id of one attempt's span. */
  readonly newSpanId: () => string;
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

    const { settings } = owed.subscription;
    const url = urlOf(settings, task);
    const startedAt = deps.now();
    const headers = headersOf(deps, task, owed.subscription, number, startedAt);
    const exchange = await deps.agent.post({
      url,
      headers,
      body: task.body,
      timeoutMs: settings.timeout * 1_000,
      // A worker that shuts down cuts the request off, and nothing is recorded: that says nothing of the endpoint.
      signal: cancellationSignal(),
    });
    const next = afterAttempt(settings.retry_policy, number, exchange.outcome, deps.random());
    const requestHeaders = maskedHeaders(headers, Object.keys(settings.headers));
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

function urlOf(settings: LiveSubscription['settings'], task: DeliveryTask): string {
  // The body is parsed only where a route may ask for its data.
  if (settings.routes.length === 0) return settings.url;
  const { data } = JSON.parse(task.body) as { data: JsonObject };
  return targetUrl(settings, { type: task.eventType, data });
}

function headersOf(
  deps: AttemptDeps,
  task: DeliveryTask,
  subscription: LiveSubscription,
  number: number,
  sentAt: Date,
): Record<string, string> {
  const { id, settings, secret } = subscription;
  const previous = previousSecretAt(subscription, sentAt);
  return deliveryHeaders(
    {
      eventType: task.eventType,
      deliveryId: task.deliveryId,
      subscriptionId: id,
      attempt: number,
      timestampSeconds: Math.floor(sentAt.getTime() / 1_000),
      body: task.body,
      scheme: settings.signature_scheme,
      secret: deps.open(secret, id),
      previousSecret: previous === null ? null : deps.open(previous.secret, id),
      traceparent: traceparent(task.traceId, deps.newSpanId()),
      customHeaders: Object.fromEntries(
        Object.entries(settings.headers).map(([name, value]) => [name, deps.open(value, id)]),
      ),
    },
    hmacSha256,
  );
}

/** The failure in a few words for the Temporal UI. */
const describe = ({ outcome, error }: HttpExchange): string =>
  outcome.kind === 'answered' ? `answered ${outcome.statusCode}` : (error ?? outcome.kind);
