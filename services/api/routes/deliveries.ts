/** `/v1/deliveries` and what is counted of them: answered from the read models. */
import type { FastifyInstance } from 'fastify';
import { healthOf } from '../../../domain/record/health.ts';
import type { SubscriptionDirectory } from '../../../domain/subscription/directory.ts';
import type { DeliveryQueries, ListedDelivery } from '../../../infra/postgres/delivery-queries.ts';
import { DeliveriesQuery, DeliveryParams } from '../../../schemas/api.ts';
import { parse } from '../parse.ts';
import { invalidFields, notFound } from '../problem.ts';
import { find, idOf } from './subscriptions.ts';

export interface DeliveryRoutesDeps {
  readonly directory: SubscriptionDirectory;
  readonly queries: DeliveryQueries;
  /** The page of a workflow in the Temporal UI. */
  readonly temporalUrl: (workflowId: string) => string;
}

export function deliveryRoutes(app: FastifyInstance, deps: DeliveryRoutesDeps): void {
  const linked = <Row extends ListedDelivery>(row: Row) => ({
    ...row,
    temporal_url: deps.temporalUrl(row.workflow_id),
  });

  app.get('/v1/deliveries', async (request) => {
    const query = parse(DeliveriesQuery, request.query);
    const page = await deps.queries.listDeliveries(request.caller.accountId, query);
    if (!page.ok)
      throw invalidFields([{ path: 'cursor', message: 'expected the next_cursor of an earlier answer' }]);
    return { data: page.data.map(linked), next_cursor: page.next_cursor };
  });

  app.get('/v1/deliveries/:id', async (request) => {
    const params = DeliveryParams.safeParse(request.params);
    const delivery = params.success
      ? await deps.queries.getDelivery(request.caller.accountId, params.data.id)
      : null;
    if (delivery === null) throw notFound('delivery');
    return linked(delivery);
  });

  app.get('/v1/subscriptions/:id/stats', async (request) => {
    const { id } = find(deps.directory, request.caller, idOf(request));
    return deps.queries.getStats(id);
  });

  app.get('/v1/subscriptions/:id/health', async (request) => {
    const { id } = find(deps.directory, request.caller, idOf(request));
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
