/**
 * The one way out: POSTs requests to customers' endpoints over HTTP/1.1 with connections kept alive, and
 * lets none of them reach an address that is not public. Nothing else in the product opens an HTTP
 * connection to a target that a customer named.
 */
import type { SecureContext } from 'node:tls';
import { Agent, Pool, type Client } from 'undici';
import type { ShownCertificate } from '../../domain/diagnose/issues.ts';
import type { parseRetryAfterMs } from '../../domain/deliver/retry-after.ts';
import { probeCertificate } from './certificate-probe.ts';
import { exchange, failedExchange, type HttpExchange, type HttpRequest, type Transport } from './exchange.ts';
import { createGuardedConnector, type GuardedConnect, type ResolveName } from './guarded-connector.ts';
import { failureOf } from './network-failure.ts';
import { PooledConnection } from './pooled-connection.ts';
import { createProxyConnector } from './proxy-connector.ts';
import { lookUpAll, shareRunning } from './shared-lookup.ts';
import { createTargetPolicy } from './target-address.ts';
import {
  type Closable,
  createIdentityCache,
  secureContextOf,
  UnusableIdentityError,
} from './tls-identity.ts';

export type { HttpExchange, HttpRequest } from './exchange.ts';

/** Sets of connections for TLS identities of customers that are kept at once. */
const IDENTITY_LIMIT = 200;
/** As long as an idle connection of theirs could live. */
const IDENTITY_IDLE_MS = 60_000;

const CLIENT_OPTIONS: Client.Options = {
  pipelining: 1,
  maxHeaderSize: 16 * 1024,
  // The exchange's deadline stands above both; undici's would start again with every chunk.
  headersTimeout: 0,
  bodyTimeout: 0,
  keepAliveTimeout: 4_000,
  // A server may promise to hold an idle connection for long; ours would add up over many endpoints.
  keepAliveMaxTimeout: 60_000,
};

export interface GuardedAgentOptions {
  /** Addresses and CIDRs that targets may be in although they are not public. */
  readonly allowedNetworks: readonly string[];
  /** The rule that reads an answer's `Retry-After`; handed in, because adapters hold no rule. */
  readonly parseRetryAfterMs: typeof parseRetryAfterMs;
  /**
   * Connections to one origin at a time; further requests wait for one, within their deadlines. Default: no limit, for
   * many customers may use one host, and who waits for another's connection counts as unanswered. Who sends bounds
   * what each of them has on the wire.
   */
  readonly connectionsPerOrigin?: number;
  /** The url of a proxy that every request goes through, credentials in it. Default: none. */
  readonly egressProxy?: string | null;
  /** PEM certificates to trust besides Node's own roots. Default: none. */
  readonly ca?: string;
  /** Resolves names in tests. Default: the operating system's resolver. */
  readonly lookup?: ResolveName;
}

export interface GuardedAgent {
  /**
   * Sends one POST and gives what came of it.
   *
   * Never rejects for what the network or the other side does: that is an outcome. Rejects with the
   * signal's reason when `request.signal` aborts, and after `close`.
   */
  post(request: HttpRequest): Promise<HttpExchange>;
  /** As `post`, with a GET: to look at an endpoint, never to deliver. */
  get(request: Omit<HttpRequest, 'body' | 'method'>): Promise<HttpExchange>;
  /**
   * The certificate that an https endpoint shows, also one that no request would be sent to; null where none was
   * shown within `timeoutMs`, and for plain http.
   */
  certificateOf(url: string, timeoutMs: number): Promise<ShownCertificate | null>;
  /** Waits for running exchanges, at most to their deadlines, and closes every connection. */
  close(): Promise<void>;
}

/** @throws RangeError for an entry of `allowedNetworks` that is neither an address nor a CIDR */
export function createGuardedAgent(options: GuardedAgentOptions): GuardedAgent {
  const permits = createTargetPolicy(options.allowedNetworks);
  const resolve = shareRunning(options.lookup ?? lookUpAll);
  const trusted = options.ca === undefined ? [] : [options.ca];
  const ownContext = secureContextOf(null, trusted);
  const connectorOf = (secureContext: SecureContext, verify = true): GuardedConnect =>
    options.egressProxy
      ? createProxyConnector({
          permits,
          proxyUrl: options.egressProxy,
          secureContext,
          verify,
          proxySecureContext: ownContext,
        })
      : createGuardedConnector({ permits, resolve, secureContext, verify });
  const open = (secureContext: SecureContext): ConnectionPools =>
    openPools(connectorOf(secureContext), options);

  const anonymous = open(ownContext);
  const connectToLook = connectorOf(ownContext, false);
  const identities = createIdentityCache({
    open: (identity) => open(secureContextOf(identity, trusted)),
    limit: IDENTITY_LIMIT,
    idleMs: IDENTITY_IDLE_MS,
  });

  const send = async (request: HttpRequest): Promise<HttpExchange> => {
    const through = ({ transport }: ConnectionPools): Promise<HttpExchange> => exchange(request, transport);
    if (!request.tls) return through(anonymous);
    try {
      return await identities.use(request.tls, through);
    } catch (error) {
      if (!(error instanceof UnusableIdentityError)) throw error;
      return failedExchange(failureOf(error, { progress: 'connecting', closedByPeer: false }));
    }
  };

  const running = new Set<Promise<HttpExchange>>();
  const track = (post: Promise<HttpExchange>): Promise<HttpExchange> => {
    const forget = (): unknown => running.delete(post);
    running.add(post);
    post.then(forget, forget);
    return post;
  };
  const closeWhenIdle = async (): Promise<void> => {
    await Promise.allSettled(running);
    await Promise.all([anonymous.close(), identities.close()]);
  };

  let closing: Promise<void> | null = null;
  const post = (request: HttpRequest): Promise<HttpExchange> =>
    closing === null ? track(send(request)) : Promise.reject(new Error('post was called after close'));
  return {
    post,
    get: (request) => post({ ...request, method: 'GET', body: '' }),
    certificateOf: async (url, timeoutMs) => {
      const target = new URL(url);
      return target.protocol === 'https:' ? probeCertificate(connectToLook, target, timeoutMs) : null;
    },
    close: () => (closing ??= closeWhenIdle()),
  };
}

/** Connections that were opened with one connector, a pool for each origin. */
interface ConnectionPools extends Closable {
  readonly transport: Transport;
}

function openPools(connect: GuardedConnect, options: GuardedAgentOptions): ConnectionPools {
  const agent = new Agent({
    factory: (origin) =>
      new Pool(origin, {
        connections: options.connectionsPerOrigin ?? null,
        factory: (target: URL) => new PooledConnection(target, CLIENT_OPTIONS, connect),
      }),
  });
  return {
    transport: {
      parseRetryAfterMs: options.parseRetryAfterMs,
      dispatch: (dispatchOptions, handler) => agent.dispatch(dispatchOptions, handler),
      dispatchFresh: (dispatchOptions, handler) => {
        // Of its own and not of the pool, where another stale connection may be next.
        const connection = new PooledConnection(dispatchOptions.origin!, CLIENT_OPTIONS, connect);
        connection.dispatch({ ...dispatchOptions, reset: true }, handler);
        // Takes no further request, and closes when this one has ended.
        connection.close(() => undefined);
      },
    },
    // Not agent.close, which forgets the pools of origins that it could not connect to.
    close: () => agent.destroy(),
  };
}
