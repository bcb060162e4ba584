/** An explanation as the API shows it. */
import type { Check, Explanation } from '../../domain/match/explain.ts';
import type { DeliveryExplanation, DeliveryReason } from '../../domain/record/explain-delivery.ts';
import { isLive } from '../../domain/subscription/subscription.ts';
import type { ListedDelivery } from '../../infra/postgres/delivery-queries.ts';
import type { EventId, SubscriptionId } from '../../schemas/ids.ts';
import type { FoundEvent, FoundRecord } from './find-event.ts';

/** What is explained, and all that was found out. */
export interface Explained {
  readonly eventId: EventId;
  readonly subscriptionId: SubscriptionId;
  readonly explanation: DeliveryExplanation;
  readonly found: FoundEvent;
  /** The one of the records that was judged; the others repeat it. Null where it was not found. */
  readonly judged: FoundRecord | null;
  readonly delivery: (ListedDelivery & { readonly temporal_url: string }) | null;
}

/** The answer to `POST /v1/explain`. */
export function explanationView(explained: Explained) {
  const { eventId, subscriptionId, explanation, found, judged, delivery } = explained;
  const { reason, subscription, match } = explanation;
  const event = judged?.event;
  const live = isLive(subscription) ? subscription : null;
  return {
    event_id: eventId,
    subscription_id: subscriptionId,
    delivered: reason === 'delivered',
    reason,
    detail: detailOf(explained),
    event: event?.type ?? delivery?.event ?? null,
    account_id: event?.accountId ?? delivery?.account_id ?? found.deadLetters[0]?.accountId ?? null,
    timestamp: event?.occurredAt ?? delivery?.occurred_at ?? null,
    subscription: {
      at: new Date(explanation.judgedAtMs).toISOString(),
      version: subscription.version,
      state: subscription.status,
      state_reason: live?.statusReason ?? null,
    },
    matched: match?.matched ?? null,
    url: match?.url ?? null,
    checks: checksView(match?.checks ?? []),
    routes: routesView(match),
    delivery,
    records: recordsOf(found, judged),
    searched: {
      from: new Date(found.window.fromMs).toISOString(),
      to: new Date(found.window.toMs).toISOString(),
      complete: found.isComplete,
    },
  };
}

/** A missing value is null here; the outcome `missing` tells it from one that is null. */
const checksView = (checks: readonly Check[]) =>
  checks.map((check) => ({ ...check, actual: check.actual ?? null }));

const routesView = (match: Explanation | null) =>
  (match?.routes ?? []).map((route) => ({ ...route, checks: checksView(route.checks) }));

/** Every record of the event that was found. Those that repeat the judged one are the same event. */
function recordsOf({ records, deadLetters }: FoundEvent, judged: FoundRecord | null) {
  return [
    ...records.map((record) => ({
      ...record.place,
      at: new Date(record.takenAtMs).toISOString(),
      outcome: record === judged ? ('judged' as const) : ('deduplicated' as const),
      error: null,
    })),
    ...deadLetters.map(({ place, refusedAtMs, error }) => ({
      ...place,
      at: new Date(refusedAtMs).toISOString(),
      outcome: 'dead_letter' as const,
      error,
    })),
  ];
}

function detailOf({ explanation, found, delivery }: Explained): string {
  const { reason, match } = explanation;
  const sentence = SENTENCES[reason];
  const failed = match?.checks.find(
    (check) => check.outcome !== 'holds' && FAILED_PATH[reason]?.test(check.path),
  );
  const because = failed === undefined ? '' : ` (${checkText(failed)})`;
  const answer = delivery === null ? '' : lastAnswerOf(reason, delivery);
  const refusal = reason === 'dead_letter' ? `: ${found.deadLetters[0]?.error ?? ''}` : '';
  return `${sentence}${because}${answer}${refusal}.`;
}

const SENTENCES: Readonly<Record<DeliveryReason, string>> = {
  delivered: 'The event was delivered',
  pending: 'The event is on its way: its first attempt has not ended yet',
  waiting: 'The event waits for its turn, behind earlier ones with the same value of ordered_by',
  retrying: 'The last attempt failed, and the event is tried again',
  paused: 'The event is held until the subscription is resumed',
  held: 'The event is held',
  exhausted: 'The event was given up after its last attempt',
  blocked: 'The event was not sent, because its target may not be connected to',
  cancelled: 'The delivery was cancelled',
  not_yet: 'The event matches, but no delivery of it is known yet',
  collecting: 'The event matches, and is collected into a batch that is not delivered yet',
  dead_letter: 'The record is no valid event, and was put on the dead letters',
  account: "The event belongs to another account than the subscription's",
  not_created: 'The subscription did not exist yet when the event came in',
  deleted: 'The subscription had been deleted',
  disabled: 'The subscription was disabled',
  type: "The event's type is none of those that the subscription names",
  filter: "The event does not meet the subscription's filters",
  condition: "The event does not meet the subscription's conditions",
};

/** Which checks tell why. */
const FAILED_PATH: Readonly<Partial<Record<DeliveryReason, RegExp>>> = {
  type: /^events$/,
  filter: /^filters\./,
  condition: /^conditions\./,
};

function checkText({ path, operator, expected, actual, outcome }: Check): string {
  const wanted = `${path}: expected ${operator} ${JSON.stringify(expected)}`;
  return outcome === 'missing' ? `${wanted}, but it is missing` : `${wanted}, got ${JSON.stringify(actual)}`;
}

function lastAnswerOf(reason: DeliveryReason, delivery: ListedDelivery): string {
  if (reason !== 'retrying' && reason !== 'exhausted' && reason !== 'blocked') return '';
  const { attempt_count: attempts, last_status_code: code, last_error: error } = delivery;
  const answer = error ?? (code === null ? 'no answer' : `answered ${code}`);
  return ` (attempt ${attempts}: ${answer})`;
}
