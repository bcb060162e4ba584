/** The API's server within the test: real keys and real rules, a log in memory, and nothing behind other routes. */
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { createApiKeyDirectory } from '../../../domain/api-key/directory.ts';
import { createApiKeyUses } from '../../../domain/api-key/uses.ts';
import { createSubscriptionDirectory } from '../../../domain/subscription/directory.ts';
import { createSealer, keyRing } from '../../../infra/crypto/sealed-secret.ts';
import type { ApiKeyEvent } from '../../../schemas/api-key-log.ts';
import { createAdmit } from '../../../services/api/admit.ts';
import { createSubscriptionCommands } from '../../../services/api/subscription-commands.ts';
import { createAuthenticate } from '../../../services/api/authenticate.ts';
import type { OpenApiDocument } from '../../../services/api/openapi/openapi-types.ts';
import { createServer, type ServerDeps } from '../../../services/api/server.ts';

export const ADMIN_KEY = 'the-key-of-the-environment';

export interface Asked {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Record<string, unknown>;
}

export interface ServerOfTheTest {
  /** A request with what it is given and nothing else. */
  readonly send: (request: {
    readonly method: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly payload?: string | object;
  }) => Promise<Asked>;
  /** The same, with a key and a body as JSON. */
  readonly ask: (key: string | null, method: string, path: string, body?: object) => Promise<Asked>;
  /** A GET without a key, its answer as it came. */
  readonly raw: (path: string) => Promise<{
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly body: string;
  }>;
  /** To be listened with, where a request must come over a socket. */
  readonly app: FastifyInstance;
  /** What the log of the keys has been given. */
  readonly log: readonly ApiKeyEvent[];
}

export interface Route {
  readonly method: string;
  readonly path: string;
}

function serverWith(log: ApiKeyEvent[]): FastifyInstance {
  const apiKeys = createApiKeyDirectory();
  const apiKeyUses = createApiKeyUses();
  const directory = createSubscriptionDirectory();
  return createServer({
    // On a clock that stands still, a key gets no more requests than it may make at once.
    admit: createAdmit({ authenticate: createAuthenticate(ADMIN_KEY, apiKeys), uses: apiKeyUses }, () => 0),
    apiKeys,
    apiKeyUses,
    apiKeyLog: {
      appendEvents: (events: readonly ApiKeyEvent[]) => Promise.resolve(void log.push(...events)),
      appendUses: () => Promise.resolve(),
    },
    directory,
    auditQueries: { listEntries: () => Promise.resolve([]) },
    commands: createSubscriptionCommands({
      directory,
      sealer: createSealer(keyRing(Buffer.alloc(32))),
      send: () => Promise.resolve({ answered: false }),
    }),
    senderIps: [],
    trustedProxies: [],
    logger: pino({ level: 'silent' }),
    isReady: () => true,
    // What else there is, the routes of these tests do not reach.
  } as unknown as ServerDeps);
}

export function startServer(): ServerOfTheTest {
  const log: ApiKeyEvent[] = [];
  const app = serverWith(log);
  const send: ServerOfTheTest['send'] = async ({ method, path, headers = {}, payload }) => {
    const answer = await app.inject({
      method: method as 'GET',
      url: path,
      headers,
      ...(payload === undefined ? {} : { payload }),
    });
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: (answer.body === '' ? {} : answer.json()) as Record<string, unknown>,
    };
  };
  return {
    log,
    app,
    send,
    raw: (path) => app.inject(path),
    ask: (key, method, path, body) =>
      send({
        method,
        path,
        headers: key === null ? {} : { authorization: `Bearer ${key}` },
        ...(body === undefined ? {} : { payload: body }),
      }),
  };
}

/** The OpenAPI document as the server answers it to whoever has no key. */
export async function documentOf(): Promise<OpenApiDocument> {
  const answer = await serverWith([]).inject('/openapi.json');
  return answer.json();
}

/** Every route below /v1 that the server knows, without those that Fastify adds for HEAD. */
export async function routesOf(): Promise<readonly Route[]> {
  const app = serverWith([]);
  const routes: Route[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) if (one !== 'HEAD') routes.push({ method: one, path: url });
  });
  await app.ready();
  await app.close();
  return routes.filter(({ path }) => path.startsWith('/v1/'));
}
