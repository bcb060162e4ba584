/** What those who run the product ask, without a key: does it live, is it ready, what does it measure. */
import type { Registry } from 'prom-client';
import { z } from 'zod';
import type { Api } from '../zod-routes.ts';

export interface OperationRoutesDeps {
  readonly metrics: Registry;
  readonly isReady: () => boolean;
}

const statusOf = <Status extends string>(status: Status) =>
  z.object({ status: z.literal(status) }).meta({ examples: [{ status }] });

export function operationRoutes(app: Api, deps: OperationRoutesDeps): void {
  const health = { summary: 'Tell whether the process lives', response: { 200: statusOf('ok') } };
  app.get('/healthz', { schema: health }, () => ({ status: 'ok' as const }));

  const ready = {
    summary: 'Tell whether requests are taken',
    response: { 200: statusOf('ready'), 503: statusOf('not_ready') },
  };
  app.get('/readyz', { schema: ready }, (_request, reply) => {
    const isReady = deps.isReady();
    void reply.status(isReady ? 200 : 503);
    return { status: isReady ? ('ready' as const) : ('not_ready' as const) };
  });

  const metrics = {
    summary: 'Show the metrics of the process',
    description: 'In the text format of Prometheus.',
    response: { 200: { content: { 'text/plain': { schema: { type: 'string' } } } } },
  };
  app.get('/metrics', { schema: metrics }, async (_request, reply) =>
    reply.header('content-type', deps.metrics.contentType).send(await deps.metrics.metrics()),
  );
}
