/**
 * The one way out: POSTs requests to customers' endpoints over HTTP/1.1 with connections kept alive, and
 * lets none of them reach an address that is not public. Nothing else in the product opens an HTTP
 * connection to a target that a customer named.
 */
import { Agent, Pool, type Client } from 'undici';
import type { parseRetryAfterMs } from '../../domain/deliver/retry-after.ts';
import { exchange, type HttpExchange, type HttpRequest, type Transport } from './exchange.ts';
import { createGuardedConnector, type ResolveName } from './guarded-connector.ts';
import { PooledConnection } from './pooled-connection.ts';
import { createTargetPolicy } from './target-address.ts';

export type { HttpExchange, HttpRequest } from './exchange.ts';

const DEFAULT_CONNECTIONS_PER_ORIGIN = 128;

export interface GuardedAgentOptions {
  /** Addresses and CIDRs that targets may be in although they are not public. */
  readonly allowedNetworks: readonly string[];
  /** The rule that reads an answer's `Retry-After`; handed in, because adapters hold no rule. */
  readonly parseRetryAfterMs: typeof parseRetryAfterMs;
  /**
   * Connections to one origin at a time; further requests wait for one, within their deadlines.
   * @default 128
   */
  readonly connectionsPerOrigin?: number;
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
  /** Waits for running exchanges, at most to their deadlines, and closes every connection. */
  close(): Promise<void>;
}

/** @throws RangeError for an entry of `allowedNetworks` that is neither an address nor a CIDR */
export function createGuardedAgent(options: GuardedAgentOptions): GuardedAgent {
  const connect = createGuardedConnector({
    permits: createTargetPolicy(options.allowedNetworks),
    resolve: options.lookup,
    ca: options.ca,
  });
  const clientOptions: Client.Options = {
    pipelining: 1,
    maxHeaderSize: 16 * 1024,
    // The exchange's deadline stands above both; undici's would start again with every chunk.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 4_000,
    // A server may promise to hold an idle connection for long; ours would add up over many endpoints.
    keepAliveMaxTimeout: 60_000,
  };
  const agent = new Agent({
    factory: (origin) =>
      new Pool(origin, {
        connections: options.connectionsPerOrigin ?? DEFAULT_CONNECTIONS_PER_ORIGIN,
        connect,
        factory: (target: URL) => new PooledConnection(target, clientOptions, connect),
      }),
  });

  const transport: Transport = {
    parseRetryAfterMs: options.parseRetryAfterMs,
    dispatch: (dispatchOptions, handler) => agent.dispatch(dispatchOptions, handler),
    dispatchFresh: (dispatchOptions, handler) => {
      // Of its own and not of the pool, where another stale connection may be next.
      const connection = new PooledConnection(dispatchOptions.origin!, clientOptions, connect);
      connection.dispatch({ ...dispatchOptions, reset: true }, handler);
      // Takes no further request, and closes when this one has ended.
      connection.close(() => undefined);
    },
  };

  const running = new Set<Promise<HttpExchange>>();
  const track = (post: Promise<HttpExchange>): Promise<HttpExchange> => {
    const forget = (): unknown => running.delete(post);
    running.add(post);
    post.then(forget, forget);
    return post;
  };
  const closeWhenIdle = async (): Promise<void> => {
    // Not agent.close, which forgets the pools of origins that it could not connect to.
    await Promise.allSettled(running);
    await agent.destroy();
  };

  let closing: Promise<void> | null = null;
  return {
    post: (request) =>
      closing === null
        ? track(exchange(request, transport))
        : Promise.reject(new Error('post was called after close')),
    close: () => (closing ??= closeWhenIdle()),
  };
}
