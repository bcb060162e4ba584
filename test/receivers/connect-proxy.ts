/** A real CONNECT proxy on a loopback address. It resolves names itself, from a table, as a proxy does. */
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { Certificate } from './certificates.ts';
import { Listener } from './hostile-receiver.ts';

export interface ConnectProxy extends Listener {
  readonly url: string;
  /** What it was asked to open, oldest first: `host:port`. */
  readonly asked: readonly string[];
  /** The first bytes that went through each tunnel to its target. */
  readonly seen: readonly Buffer[];
}

export interface ConnectProxyOptions {
  /** Name → address. An address stands for itself; any other name is refused with 502. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** `user:password` that it asks for. Default: none. */
  readonly credentials?: string;
  /** Speaks https itself with this certificate. */
  readonly certificate?: Certificate;
  /** Does this in place of its work. */
  readonly instead?: (socket: Socket) => unknown;
}

export async function startConnectProxy(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const { hosts = {}, credentials, certificate, instead } = options;
  const asked: string[] = [];
  const seen: Buffer[] = [];
  const server = certificate === undefined ? createHttpServer() : createHttpsServer(certificate);
  server.on('connect', (request, stream) => {
    const client = stream as Socket;
    client.on('error', () => {});
    asked.push(request.url ?? '');
    if (instead !== undefined) return void instead(client);
    const expected = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
    if (expected !== undefined && request.headers['proxy-authorization'] !== expected)
      return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const { hostname, port } = new URL(`http://${request.url}`);
    const address = hosts[hostname] ?? (/^[\d.]+$/.test(hostname) ? hostname : null);
    if (address === null) return void client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    const target = connect(Number(port || 80), address, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      client.once('data', (bytes: Buffer) => seen.push(bytes));
      client.pipe(target).pipe(client);
    });
    target.on('error', () => client.destroy());
    target.on('close', () => client.destroy());
    client.on('close', () => target.destroy());
  });
  const listener = await Listener.start(server);
  const scheme = certificate === undefined ? 'http' : 'https';
  const login = credentials === undefined ? '' : `${credentials}@`;
  return Object.assign(listener, { url: `${scheme}://${login}127.0.0.1:${listener.port}`, asked, seen });
}
