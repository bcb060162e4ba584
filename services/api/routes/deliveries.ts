/** `/v1/deliveries` and what is counted of them: answered from the read models. */
import { healthOf } from '../../../domain/record/health.ts';
import type { SubscriptionDirectory } from '../../../domain/subscription/directory.ts';
import type { DeliveryQueries, ListedDelivery } from '../../../infra/postgres/delivery-queries.ts';
import { DeliveriesQuery, DeliveryParams, RetryRequest, SubscriptionParams } from '../../../schemas/api.ts';
import { DeliveryView, DeliveryWithAttempts, HealthView, StatsView } from '../../../schemas/delivery-view.ts';
import { pageOf } from '../../../schemas/page.ts';
import { abortedWhenGone } from '../client-gone.ts';
import { cancelDelivery, type OrderDeps, retryDelivery } from '../delivery-orders.ts';
import { findLive } from '../find-subscription.ts';
import { invalidFields, notFound } from '../problem.ts';
import type { Api } from '../zod-routes.ts';

export interface DeliveryRoutesDeps extends OrderDeps {
  readonly directory: SubscriptionDirectory;
  readonly queries: DeliveryQueries;
  /** The page of a workflow in the Temporal UI. */
  readonly temporalUrl: (workflowId: string) => string;
}

export function deliveryRoutes(app: Api, deps: DeliveryRoutesDeps): void {
  const linked = <Row extends ListedDelivery>(row: Row) => ({
    ...row,
    temporal_url: deps.temporalUrl(row.workflow_id),
  });

  const list = {
    summary: 'List deliveries',
    description: 'The newest first. `from` (included) and `to` (excluded) speak of when they were created.',
    querystring: DeliveriesQuery,
    response: { 200: pageOf(DeliveryView) },
  };
  app.get('/v1/deliveries', { schema: list }, async (request) => {
    const page = await deps.queries.listDeliveries(request.caller.accountId, request.query);
    if (!page.ok)
      throw invalidFields([{ path: 'cursor', message: 'expected the next_cursor of an earlier answer' }]);
    return { data: page.data.map(linked), next_cursor: page.next_cursor };
  });

  const get = {
    summary: 'Show a delivery with its attempts',
    params: DeliveryParams,
    response: { 200: DeliveryWithAttempts },
  };
  app.get('/v1/deliveries/:id', { schema: get }, async (request) => {
    const delivery = await deps.queries.getDelivery(request.caller.accountId, request.params.id);
    if (delivery === null) throw notFound('delivery');
    return linked(delivery);
  });

  const retry = {
    summary: 'Try a delivery now',
    description:
      'One that waits is tried without the rest of its wait. One that has ended begins again with its retries granted ' +
      'anew; its attempts are numbered on. The answer shows it as it was.',
    params: DeliveryParams,
    body: RetryRequest.prefault({}),
    response: { 202: DeliveryWithAttempts },
    problems: {
      409: 'It has succeeded and there is no `force`, nothing is sent to its subscription, or Kafka has not its event.',
    },
  };
  app.post('/v1/deliveries/:id/retry', { schema: retry }, async (request, reply) => {
    const { caller, params, body } = request;
    const gone = abortedWhenGone(reply);
    const delivery = await retryDelivery(deps, caller, params.id, body.force, gone);
    return reply.status(202).send(linked(delivery));
  });

  const cancel = {
    summary: 'Try a delivery no more',
    description: 'An attempt that is on the wire ends and counts. The answer shows the delivery as it was.',
    params: DeliveryParams,
    response: { 202: DeliveryWithAttempts },
    problems: { 409: 'It has ended.' },
  };
  app.post('/v1/deliveries/:id/cancel', { schema: cancel }, async (request, reply) => {
    const delivery = await cancelDelivery(deps, request.caller, request.params.id, abortedWhenGone(reply));
    return reply.status(202).send(linked(delivery));
  });

  const stats = {
    summary: 'Count what was delivered to a subscription',
    description: 'A delivery counts once, when it ends. Times are in seconds.',
    params: SubscriptionParams,
    response: { 200: StatsView },
  };
  app.get('/v1/subscriptions/:id/stats', { schema: stats }, async (request) => {
    const { id } = findLive(deps.directory, request.caller, request.params.id);
    return deps.queries.getStats(id);
  });

  const health = {
    summary: "Tell how well a subscription's endpoint does",
    params: SubscriptionParams,
    response: { 200: HealthView },
  };
  app.get('/v1/subscriptions/:id/health', { schema: health }, async (request) => {
    const { id } = findLive(deps.directory, request.caller, request.params.id);
    const stats = await deps.queries.getStats(id);
    const { status, successRate } = healthOf(stats.successful_deliveries, stats.failed_deliveries);
    return {
      status,
      success_rate: successRate,
      total_deliveries: stats.total_deliveries,
      average_response_time: stats.average_response_time,
    };
  });
}
