/**
 * One attempt of one delivery: look up where it goes, ask whether it may go now, sign, POST, and judge. What
 * came of it is appended to the log by whoever carries the delivery, before anyone is told. A worker that dies
 * with the request on the wire leaves no outcome, and the attempt is made again under the same number: the one
 * place where a request may be sent twice.
 */
import { afterAttempt, type NextStep } from '../domain/deliver/after-attempt.ts';
import type { AttemptEnd } from '../domain/deliver/attempt-end.ts';
import { afterFallbackAttempt, fallbackTask, owesFallback } from '../domain/deliver/fallback.ts';
import { releaseId } from '../domain/deliver/carrier.ts';
import { urlNow } from '../domain/deliver/target.ts';
import {
  attemptEnded,
  deliveryCancelled,
  deliveryHeld,
  deliveryScheduled,
} from '../domain/record/delivery-event.ts';
import { withMaskedAnswer } from '../domain/record/masked-answer.ts';
import { isLive, type LiveSubscription, type Subscription } from '../domain/subscription/subscription.ts';
import { sha256 } from '../infra/crypto/hash.ts';
import type { GuardedAgent, HttpExchange } from '../infra/http/guarded-agent.ts';
import type { DeliveryEvent, HoldReason } from '../schemas/delivery-log.ts';
import type { DeliveryTask, TaskHead } from '../schemas/delivery.ts';
import type { SubscriptionId } from '../schemas/ids.ts';
import { createMakeRequest, type MakeRequest, type RequestDeps } from './delivery-request.ts';
import type { Admission, EndpointGates } from './endpoint-gates.ts';

/** What attempts need of the world. Time and chance come in here. */
export interface AttemptDeps extends RequestDeps {
  readonly agent: GuardedAgent;
  readonly gates: EndpointGates;
  /** The subscription, not older than `version`. */
  readonly lookUp: (id: SubscriptionId, version: number) => Promise<Subscription>;
  readonly now: () => Date;
  /** In [0, 1). */
  readonly random: () => number;
  /** Aborts when the worker ends: cuts requests off, and nothing is recorded then, for it says nothing of endpoints. */
  readonly shutdown: AbortSignal;
}

/** A delivery as it is sent. */
export interface Deliverable {
  readonly task: TaskHead;
  /** The text that is sent, or its UTF-8 bytes. */
  readonly body: string | Buffer;
}

/** An attempt to be made. */
export interface AttemptOrder extends Deliverable {
  /** Counted from 1. */
  readonly number: number;
  /** The id of the workflow that carries the delivery. */
  readonly carrier: string;
  /** Aborts when somebody else is to make the attempt: what is on the wire by then goes on, nothing else is sent. */
  readonly unlessSent?: AbortSignal;
  /** Called once it is certain that the request goes out, before it does. */
  readonly onAdmitted?: () => void;
}

/** An attempt that was made, or that could not be. `events` are to be appended by who asked for it. */
export interface AttemptMade {
  readonly end: AttemptEnd;
  readonly events: readonly DeliveryEvent[];
  /** Another delivery that takes its place, to be held before the events are appended. */
  readonly fallback: DeliveryTask | null;
}

/**
 * Makes one attempt, or says why none was made, and records neither: until the caller has appended `events`, nobody knows
 * of it. What an endpoint does is never a rejection.
 */
export type MakeAttempt = (order: AttemptOrder) => Promise<AttemptMade>;

/** Rejects only where the secrets cannot be opened, the worker ends, or `unlessSent` aborts. */
export function createMakeAttempt(deps: AttemptDeps): MakeAttempt {
  const makeRequest = createMakeRequest(deps);
  // Two functions: under load hundreds wait in the first, and an async function keeps all that it may ever need.
  return async function makeAttempt(order) {
    const entry = await enter(deps, order);
    return 'admission' in entry ? send(deps, makeRequest, order, entry) : entry;
  };
}

async function send(
  deps: AttemptDeps,
  makeRequest: MakeRequest,
  { task, body, number, carrier, unlessSent, onAdmitted }: AttemptOrder,
  { admission, subscription, url }: Entry,
): Promise<AttemptMade> {
  const { settings } = subscription;
  let exchange: HttpExchange | null = null;
  try {
    unlessSent?.throwIfAborted();
    onAdmitted?.();
    const startedAt = deps.now();
    const { request, requestHeaders, secrets } = makeRequest({
      subscription,
      task,
      body,
      url,
      number,
      sentAt: startedAt,
    });
    exchange = withMaskedAnswer(await deps.agent.post({ ...request, signal: deps.shutdown }), secrets);
    const granted = number - (task.attemptsBefore ?? 0);
    const after = afterAttempt(settings.retry_policy, granted, exchange.outcome, deps.random());
    const next = task.standsInFor === undefined ? after : afterFallbackAttempt(after);
    const fallback = owesFallback(next, task, settings)
      ? fallbackTask(wholeTask({ task, body }), sha256)
      : null;
    const endedAt = deps.now();
    const ended = { number, url, requestHeaders, startedAt, endedAt, next, fallback, ...exchange };
    const events = [
      attemptEnded(task, carrier, ended),
      ...(fallback === null ? [] : [deliveryScheduled(fallback, releaseId(task.subscriptionId), endedAt)]),
    ];
    return { end: endAfter(next, number, exchange), events, fallback };
  } finally {
    admission.leave(exchange?.outcome ?? null);
  }
}

/** The task of a delivery, as it is carried and held. */
export const wholeTask = ({ task, body }: Deliverable): DeliveryTask => ({
  ...task,
  body: typeof body === 'string' ? body : body.toString(),
});

function endAfter(next: NextStep, number: number, exchange: HttpExchange): AttemptEnd {
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
}

/** An attempt that may go now, and what it is made of. */
interface Entry {
  readonly admission: Extract<Admission, { readonly admitted: true }>;
  readonly subscription: LiveSubscription;
  readonly url: string;
}

/** Asks the gate, and again where the subscription has changed while the attempt waited there. */
async function enter(
  deps: AttemptDeps,
  { task, body, number, carrier }: AttemptOrder,
): Promise<Entry | AttemptMade> {
  for (;;) {
    const subscription = await deps.lookUp(task.subscriptionId, task.subscriptionVersion);
    const owed = whetherOwed(subscription);
    if (owed.step === 'cancel') return cancelled(deps, task, carrier, owed.reason);
    if (owed.step === 'hold') return held(deps, task, number, 'paused', null);

    const { settings } = owed.subscription;
    const url = urlNow(settings, task, body);
    if (url === null) return cancelled(deps, task, carrier, 'fallback_removed');
    const admission = await deps.gates.enter({
      subscriptionId: task.subscriptionId,
      accountId: task.accountId,
      deliveryId: task.deliveryId,
      eventType: task.eventType,
      url,
      perSecond: settings.rate_limit?.per_second ?? null,
    });
    if (!admission.admitted) return held(deps, task, number, admission.reason, admission.waitMs);
    if (!admission.hasWaited) return { admission, subscription: owed.subscription, url };
    const isAsBefore = await stillAt(deps, subscription.version, task).catch((error: unknown) => {
      admission.leave(null);
      throw error;
    });
    if (isAsBefore) return { admission, subscription: owed.subscription, url };
    // Paused, disabled, deleted or corrected within the seconds that it waited: nothing goes out as it was before.
    admission.leave(null);
  }
}

const stillAt = async (deps: AttemptDeps, version: number, task: TaskHead): Promise<boolean> =>
  (await deps.lookUp(task.subscriptionId, task.subscriptionVersion)).version === version;

const held = (
  deps: AttemptDeps,
  task: TaskHead,
  number: number,
  reason: HoldReason,
  waitMs: number | null,
): AttemptMade => ({
  end: { step: 'hold', reason, attemptsMade: number - 1, waitMs },
  events: [deliveryHeld(task, reason, deps.now())],
  fallback: null,
});

const cancelled = (deps: AttemptDeps, task: TaskHead, carrier: string, reason: string): AttemptMade => ({
  end: { step: 'cancel', reason },
  events: [deliveryCancelled(task, carrier, deps.now(), reason)],
  fallback: null,
});

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
