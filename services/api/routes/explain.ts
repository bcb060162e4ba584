/** `POST /v1/explain`: why an event was or was not delivered to a subscription. */
import { explainDelivery } from '../../../domain/record/explain-delivery.ts';
import type { SubscriptionDirectory } from '../../../domain/subscription/directory.ts';
import type { DeliveryQueries, ListedDelivery } from '../../../infra/postgres/delivery-queries.ts';
import { ExplainRequest } from '../../../schemas/api.ts';
import type { RecordPlace } from '../../../schemas/delivery.ts';
import { ExplanationView } from '../../../schemas/explanation-view.ts';
import type { AccountId, EventId } from '../../../schemas/ids.ts';
import { placesFor } from '../at-once.ts';
import { type Caller, isOperator } from '../authenticate.ts';
import { abortedWhenGone } from '../client-gone.ts';
import { explanationView } from '../explanation-view.ts';
import { findEvent, type FindEventDeps, type FoundEvent, type FoundRecord } from '../find-event.ts';
import { findKnown } from '../find-subscription.ts';
import type { ReadHistory } from '../history-page.ts';
import { invalidFields, Problem } from '../problem.ts';
import { type Window, windowOf } from '../window.ts';
import type { Api } from '../zod-routes.ts';

export interface ExplainRoutesDeps extends FindEventDeps {
  readonly directory: SubscriptionDirectory;
  readonly queries: DeliveryQueries;
  readonly readHistory: ReadHistory;
  readonly temporalUrl: (workflowId: string) => string;
}

/** Each looks through parts of two topics, and this process has other requests to answer. */
const EXPLANATIONS_AT_ONCE = 4;

export function explainRoutes(app: Api, deps: ExplainRoutesDeps): void {
  const takePlace = placesFor(EXPLANATIONS_AT_ONCE, 'explanations');
  const schema = {
    summary: 'Explain why an event was or was not delivered',
    description:
      "Condition by condition, under the subscription's version at that time. The event is looked for among what " +
      'Kafka was given from `from` (included) to `to` (excluded), by default the last 24 hours.',
    body: ExplainRequest,
    response: { 200: ExplanationView },
    problems: { 404: 'There is no such subscription, or no such event in that time.' },
  };
  app.post('/v1/explain', { schema }, async (request, reply) => {
    const { caller, body: asked } = request;
    findKnown(deps.directory, caller, asked.subscription_id);
    const nowMs = Date.now();
    const hasWindow = asked.from !== undefined || asked.to !== undefined;
    const window = hasWindow ? windowOf(asked, nowMs) : null;
    const leave = takePlace(reply);
    const ended = new AbortController();
    try {
      const signal = AbortSignal.any([abortedWhenGone(reply), ended.signal]);
      return await explain(deps, { caller, asked, window, nowMs, signal });
    } finally {
      // Where one of its readings has failed, nobody waits for the other any more.
      ended.abort();
      leave();
    }
  });
}

interface Question {
  readonly caller: Caller;
  readonly asked: ExplainRequest;
  /** Null where the caller has named no time. */
  readonly window: Window | null;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

async function explain(
  deps: ExplainRoutesDeps,
  { caller, asked, window, nowMs, signal }: Question,
): Promise<ReturnType<typeof explanationView>> {
  const { event_id: eventId, subscription_id: subscriptionId } = asked;
  const deliveries = await deliveriesOf(deps.queries, caller.accountId, asked);
  const source = await sourceOf(deps.queries, deliveries.own ?? deliveries.any, eventId);
  const [found, history] = await Promise.all([
    findEvent(deps, {
      eventId,
      knownPlace: source,
      window,
      nowMs,
      maySee: (accountId) => accountId === caller.accountId || isOperator(caller),
      signal,
    }),
    deps.readHistory(subscriptionId, signal),
  ]);
  const delivery =
    deliveries.own === null
      ? null
      : { ...deliveries.own, temporal_url: deps.temporalUrl(deliveries.own.workflow_id) };
  const judged = judgedRecord(found, delivery === null ? null : source);
  const takenAtMs = judged?.takenAtMs ?? found.deadLetters[0]?.refusedAtMs;
  if (takenAtMs === undefined && delivery === null) throw notThere(found.isComplete, window !== null);
  const explanation = explainDelivery({
    history,
    event: judged?.event ?? null,
    takenAtMs: takenAtMs ?? nowMs,
    delivery: delivery && {
      status: delivery.status,
      createdAtMs: Date.parse(delivery.created_at),
      updatedAtMs: Date.parse(delivery.updated_at),
    },
  });
  return explanationView({ eventId, subscriptionId, explanation, found, judged, delivery });
}

/** The event's delivery to this subscription, and to any: each says where the event came from. */
async function deliveriesOf(
  queries: DeliveryQueries,
  accountId: AccountId,
  { event_id, subscription_id }: ExplainRequest,
): Promise<{ own: ListedDelivery | null; any: ListedDelivery | null }> {
  const [own, any] = await Promise.all([
    queries.listDeliveries(accountId, { limit: 1, event_id, subscription_id }),
    queries.listDeliveries(accountId, { limit: 1, event_id }),
  ]);
  return { own: (own.ok && own.data[0]) || null, any: (any.ok && any.data[0]) || null };
}

/** Where the event came from, by what is known of a delivery of it. In a batch, each event has a place of its own. */
async function sourceOf(
  queries: DeliveryQueries,
  delivery: ListedDelivery | null,
  eventId: EventId,
): Promise<RecordPlace | null> {
  if (delivery === null || delivery.batched_events === null) return delivery?.source ?? null;
  const shown = await queries.getDelivery(delivery.account_id, delivery.id);
  return shown?.events.find(({ event_id }) => event_id === eventId)?.source ?? null;
}

/** The record that the delivery came from, where there is one; else the oldest. */
function judgedRecord({ records }: FoundEvent, source: RecordPlace | null): FoundRecord | null {
  if (source === null) return records[0] ?? null;
  const { topic, partition, offset } = source;
  const isSource = ({ place }: FoundRecord): boolean =>
    place.topic === topic && place.partition === partition && place.offset === offset;
  return records.find(isSource) ?? null;
}

function notThere(isComplete: boolean, hasWindow: boolean): Problem {
  if (!isComplete) {
    return invalidFields([
      {
        path: 'from',
        message: 'too many events to look through: name from and to near the time of the event',
      },
    ]);
  }
  return new Problem(
    404,
    hasWindow
      ? 'There is no such event between from and to.'
      : 'There is no such event in the last 24 hours: name from and to for an older one.',
  );
}
