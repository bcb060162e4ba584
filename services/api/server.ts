/** The HTTP server of the API: who may ask, how errors are answered, and which routes there are. */
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import type { Logger } from '../../infra/telemetry.ts';
import type { Admit } from './admit.ts';
import type { Caller } from './authenticate.ts';
import { awayProblem, TRY_AGAIN_SECONDS } from './away.ts';
import { collectRoutes, openApiDocument } from './openapi/document.ts';
import { Problem, PROBLEM_TYPE } from './problem.ts';
import { apiKeyRoutes, type ApiKeyRoutesDeps } from './routes/api-keys.ts';
import { auditLogRoutes, type AuditLogRoutesDeps } from './routes/audit-log.ts';
import { deliveryRoutes, type DeliveryRoutesDeps } from './routes/deliveries.ts';
import { endpointCheckRoutes, type EndpointCheckRoutesDeps } from './routes/endpoint-checks.ts';
import { encryptionRoutes, type EncryptionRoutesDeps } from './routes/encryption.ts';
import { eventRoutes, type EventRoutesDeps } from './routes/events.ts';
import { eventTypeRoutes, type EventTypeRoutesDeps } from './routes/event-types.ts';
import { explainRoutes, type ExplainRoutesDeps } from './routes/explain.ts';
import { previewRoutes, type PreviewRoutesDeps } from './routes/preview.ts';
import { documentRoutes } from './routes/documents.ts';
import { operationRoutes, type OperationRoutesDeps } from './routes/operation.ts';
import { senderIpRoutes, type SenderIpRoutesDeps } from './routes/sender-ips.ts';
import { subscriptionRoutes, type SubscriptionRoutesDeps } from './routes/subscriptions.ts';
import { refuseUnreadable } from './unreadable-request.ts';
import { type Api, withZodSchemas } from './zod-routes.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set for every route below /v1 before its handler runs. */
    caller: Caller;
  }
}

export interface ServerDeps
  extends
    ApiKeyRoutesDeps,
    AuditLogRoutesDeps,
    SubscriptionRoutesDeps,
    DeliveryRoutesDeps,
    EndpointCheckRoutesDeps,
    EncryptionRoutesDeps,
    EventRoutesDeps,
    EventTypeRoutesDeps,
    ExplainRoutesDeps,
    OperationRoutesDeps,
    PreviewRoutesDeps,
    SenderIpRoutesDeps {
  readonly admit: Admit;
  /** CIDRs and addresses whose `X-Forwarded-For` is believed; without any, nobody's is. */
  readonly trustedProxies: readonly string[];
  readonly logger: Logger;
}

/** Larger than the largest event that is taken, so that its own check can name the limit. */
const BODY_LIMIT_BYTES = 1_100_000;

/** Of all headers together, with the address. */
const MAX_HEADER_BYTES = 16_384;

/** A server that is ready to listen. */
export function createServer(deps: ServerDeps): FastifyInstance {
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    keepAliveTimeout: 65_000,
    // Answered below, in our words.
    return503OnClosing: false,
    // An id that is too long is one that nothing has: its schema says so. Longer than its headers may be no address is.
    routerOptions: { maxParamLength: MAX_HEADER_BYTES },
    http: { maxHeaderSize: MAX_HEADER_BYTES },
    frameworkErrors: (error, _request, reply) => answer(reply, asProblem(error)),
    clientErrorHandler: refuseUnreadable,
    trustProxy: deps.trustedProxies.length === 0 ? false : [...deps.trustedProxies],
    logger: false,
  });

  const routes = collectRoutes(app);
  const api = withZodSchemas(app);

  app.setErrorHandler((error: FastifyError | Problem, request, reply) => {
    const problem = error instanceof Problem ? error : asProblem(error);
    if (problem.status >= 500) {
      deps.logger.error(
        { err: error, method: request.method, route: request.routeOptions.url },
        'a request failed',
      );
    }
    if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
    answer(reply, problem);
  });
  app.setNotFoundHandler((request) => {
    throw new Problem(404, `There is no ${request.method} ${request.url.split('?')[0]}.`);
  });

  let closing = false;
  app.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  app.addHook('onRequest', (_request, reply, next) => {
    // Not as an error: it is no failure that somebody should look into.
    if (closing) answer(reply, new Problem(503, 'This process of the API stops. Try again.'));
    else next();
  });

  operationRoutes(api, deps);
  documentRoutes(api, () => openApiDocument(routes));

  void api.register((scope: Api, _options, done) => {
    scope.addHook('onRequest', (request, reply, next) => {
      request.caller = deps.admit(request, reply);
      next();
    });
    subscriptionRoutes(scope, deps);
    deliveryRoutes(scope, deps);
    endpointCheckRoutes(scope, deps);
    eventRoutes(scope, deps);
    eventTypeRoutes(scope, deps);
    apiKeyRoutes(scope, deps);
    auditLogRoutes(scope, deps);
    encryptionRoutes(scope, deps);
    explainRoutes(scope, deps);
    previewRoutes(scope, deps);
    senderIpRoutes(scope, deps);
    done();
  });
  return app;
}

function answer(reply: FastifyReply, problem: Problem): void {
  if (problem.status === 503) void reply.header('retry-after', String(TRY_AGAIN_SECONDS));
  void reply.status(problem.status).header('content-type', PROBLEM_TYPE).send(problem.toBody());
}

/** What Fastify itself refuses, in our words; anything else is our own fault and says nothing of its inside. */
function asProblem(error: FastifyError): Problem {
  switch (error.code) {
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new Problem(400, 'The body is no valid JSON.');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Problem(415, 'Send JSON: "Content-Type: application/json".');
    case 'FST_ERR_BAD_URL':
      return new Problem(400, 'The path cannot be read: it is percent-encoded wrongly.');
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Problem(413, `The body has more than ${BODY_LIMIT_BYTES} bytes.`);
  }
  const away = awayProblem(error);
  if (away !== null) return away;
  const status = error.statusCode ?? 500;
  return status >= 400 && status < 500
    ? new Problem(status, error.message)
    : new Problem(500, 'Something went wrong on our side.');
}
