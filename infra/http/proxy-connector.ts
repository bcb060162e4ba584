/**
 * Opens the sockets of outgoing requests through a proxy, with CONNECT for https and http alike: the proxy sees
 * names and ports, never requests. It resolves the names, so it must filter where they lead; what needs no
 * resolving, an address or `localhost`, is judged here all the same.
 */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { buildConnector } from 'undici';
import { BlockedTargetError, type GuardedConnect } from './guarded-connector.ts';
import type { TargetPolicy } from './target-address.ts';

/** The proxy did not open the way. Its message names no credentials. */
export class EgressProxyError extends Error {
  readonly code = 'EGRESS_PROXY';
}

export interface ProxyConnectorOptions {
  /** http or https; user name and password in it are sent to it alone. */
  readonly proxyUrl: string;
  readonly permits: TargetPolicy;
  /** What https trusts and shows at the target. */
  readonly secureContext: SecureContext;
  /** False to take any certificate of the target: to look at it, never to send. Default: true. */
  readonly verify?: boolean;
  /**
   * What is trusted of a proxy that speaks https itself. Never a customer's: the proxy is the operator's. One context for
   * all connections: reading the roots costs milliseconds.
   */
  readonly proxySecureContext: SecureContext;
}

/** No answer of a proxy to CONNECT is longer. */
const MAX_HEADER_BYTES = 16 * 1024;

/**
 * Connects by way of the proxy, over a tunnel of its own for each socket. Calls back with `BlockedTargetError` for an
 * address that is refused, and with `EgressProxyError` for whatever the proxy does not do. Sets no deadline: an attempt
 * goes on until it is destroyed.
 */
export function createProxyConnector(options: ProxyConnectorOptions): GuardedConnect {
  const { proxyUrl, permits, secureContext, proxySecureContext, verify = true } = options;
  const proxy = new URL(proxyUrl);
  const request = proxy.protocol === 'https:' ? requestHttps : requestHttp;
  const proxyHost = withoutBrackets(proxy.hostname);
  const authorization = basicAuthorization(proxy);
  // Node takes it, though the types of a request leave it out.
  const proxyTls = { secureContext: proxySecureContext };
  const secure = buildConnector({
    secureContext,
    rejectUnauthorized: verify,
    ...(verify ? {} : { maxCachedSessions: 0 }),
    timeout: 0,
  });

  return (target, phases, callback) => {
    const address = addressOf(target.hostname);
    if (address !== null && !permits(address)) {
      queueMicrotask(() => callback(new BlockedTargetError(address), null));
      return null;
    }
    const authority = authorityOf(target);
    const connect = request({
      host: proxyHost,
      // Node would take the name of the target, from the header host.
      servername: isIP(proxyHost) === 0 ? proxyHost : '',
      port: proxy.port === '' ? defaultPort(proxy.protocol) : proxy.port,
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...authorization },
      agent: false,
      maxHeaderSize: MAX_HEADER_BYTES,
      ...proxyTls,
    });
    let tunnel: Socket | null = null;
    connect.once('connect', (answer, socket) => {
      tunnel = socket;
      // Whoever gets the socket listens too; until then, and after, nobody else would.
      socket.on('error', () => undefined);
      const { statusCode = 0 } = answer;
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy();
        return callback(new EgressProxyError(`egress proxy answered ${statusCode}`), null);
      }
      phases.connectedMs = performance.now();
      socket.setNoDelay(true);
      if (target.protocol !== 'https:') return callback(null, socket);
      secure({ ...target, httpSocket: socket }, (...result) => {
        if (result[0] === null) phases.securedMs = performance.now();
        callback(...result);
      });
    });
    connect.once('error', (error) => {
      if (tunnel !== null) return;
      const code = (error as NodeJS.ErrnoException).code ?? 'no CONNECT';
      callback(new EgressProxyError(`egress proxy cannot be used (${code})`), null);
    });
    connect.end();
    return {
      destroy: (error) => {
        connect.destroy(error);
        tunnel?.destroy(error);
      },
    };
  };
}

/** The address that a host is without asking anyone; null for a name. */
function addressOf(hostname: string): string | null {
  if (isIP(hostname) !== 0) return hostname;
  // RFC 6761: whoever resolves it says loopback, and that would be the proxy's.
  return /(?:^|\.)localhost\.?$/i.test(hostname) ? '127.0.0.1' : null;
}

function authorityOf({ hostname, port, protocol }: buildConnector.Options): string {
  const host = hostname.includes(':') ? `[${hostname}]` : hostname;
  return `${host}:${port || defaultPort(protocol)}`;
}

const defaultPort = (protocol: string): number => (protocol === 'https:' ? 443 : 80);

const withoutBrackets = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

function basicAuthorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
}
