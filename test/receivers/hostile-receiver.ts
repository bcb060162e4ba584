/**
 * A real HTTP(S) server on a loopback address that treats each request as badly as a test asks. Everything
 * that it sends is bounded by the client: it writes with backpressure, and stops when the socket closes.
 */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Certificate } from './certificates.ts';

/** One request that came in. */
export interface Visit {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly response: ServerResponse;
  readonly socket: Socket;
  /** How many requests have come in on this connection, with this one. */
  readonly turn: number;
}

/** A server on a port of its own, which counts who comes and sees to it that all of them go. */
export class Listener {
  readonly host: string;
  port = 0;
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #whenDeserted: (() => void)[] = [];
  #acceptedCount = 0;
  #closedSocketsBytes = 0;

  static async start(server: Server, host = '127.0.0.1'): Promise<Listener> {
    const listener = new Listener(server, host);
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, host, resolve));
    listener.port = (server.address() as AddressInfo).port;
    return listener;
  }

  private constructor(server: Server, host: string) {
    this.host = host;
    this.#server = server;
    // A client that hangs up, or is hung up on, is what these servers are for.
    server.on('tlsClientError', () => {});
    server.on('connection', (socket: Socket) => {
      this.#acceptedCount += 1;
      this.#open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#closedSocketsBytes += socket.bytesWritten;
        this.#open.delete(socket);
        if (this.#open.size === 0) this.#whenDeserted.splice(0).forEach((resolve) => resolve());
      });
    });
  }

  /** Connections accepted so far. */
  get connectionCount(): number {
    return this.#acceptedCount;
  }

  /** Bytes written to all clients so far. */
  get writtenBytes(): number {
    return [...this.#open].reduce((sum, socket) => sum + socket.bytesWritten, this.#closedSocketsBytes);
  }

  /** Resolves when every client has gone. */
  whenDeserted(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenDeserted.push(resolve));
  }

  /** Closes the server and every connection to it. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#open.forEach((socket) => socket.destroy());
    });
  }
}

/** What the server does with a request whose body it has read. */
export type Behaviour = (visit: Visit) => void;

export interface HostileReceiver extends Listener {
  /** Scheme, host and port, without a slash at the end. */
  readonly url: string;
  /** Requests read so far, oldest first. */
  readonly requests: readonly Pick<Visit, 'request' | 'body'>[];
}

export interface ReceiverOptions {
  /** A loopback address. Default: 127.0.0.1. */
  readonly host?: string;
  /** Speaks https with this certificate. Default: plain http. */
  readonly certificate?: Certificate;
  /** Takes only clients whose certificate this authority has signed. Default: anyone. */
  readonly clientAuthority?: string;
}

export async function startReceiver(
  behave: Behaviour,
  options: ReceiverOptions = {},
): Promise<HostileReceiver> {
  const requests: Pick<Visit, 'request' | 'body'>[] = [];
  const turns = new WeakMap<Socket, number>();
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { socket } = request;
      const body = Buffer.concat(chunks);
      const turn = (turns.get(socket) ?? 0) + 1;
      turns.set(socket, turn);
      requests.push({ request, body });
      behave({ request, body, response, socket, turn });
    });
  };
  const server =
    options.certificate === undefined
      ? createHttpServer(onRequest)
      : createHttpsServer(
          options.clientAuthority === undefined
            ? options.certificate
            : { ...options.certificate, ca: options.clientAuthority, requestCert: true },
          onRequest,
        );
  server.keepAliveTimeout = 60_000;
  const listener = await Listener.start(server, options.host);
  const scheme = options.certificate === undefined ? 'http' : 'https';
  return Object.assign(listener, { url: `${scheme}://${listener.host}:${listener.port}`, requests });
}

/** Accepts connections and never says a word: what a TLS handshake may wait for in vain. */
export function startSilentListener(host?: string): Promise<Listener> {
  return Listener.start(
    createTcpServer((socket) => socket.resume()),
    host,
  );
}

/** A port of 127.0.0.1 on which nobody listens. */
export async function unusedPort(): Promise<number> {
  const listener = await Listener.start(createTcpServer());
  await listener.close();
  return listener.port;
}

export function answer(status: number, headers: Record<string, string> = {}, body = ''): Behaviour {
  return ({ response }) => response.writeHead(status, headers).end(body);
}

/** Reads the request and never answers. */
export const hangBeforeHeaders: Behaviour = () => {};

/** Sends headers and `bytes` bytes of a longer body, then nothing. */
export function hangInBody(bytes = 10): Behaviour {
  return ({ response }) => response.writeHead(200, { 'content-type': 'text/plain' }).write('x'.repeat(bytes));
}

/** Resets the connection with nothing answered. */
export const resetBeforeHeaders: Behaviour = ({ socket }) => socket.resetAndDestroy();

/** Closes the connection, in an orderly way, with nothing answered. */
export const closeBeforeHeaders: Behaviour = ({ socket }) => socket.end();

/** Sends half of a status line and closes. */
export const closeInHeaders: Behaviour = ({ socket }) => socket.end('HTTP/1.1 2');

/** Sends headers and `bytes` bytes of a longer body, then resets the connection. */
export function resetInBody(bytes = 10): Behaviour {
  return ({ socket }) =>
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${bytes + 1}\r\n\r\n${'x'.repeat(bytes)}`, () =>
      // Once the client has it: a reset throws away what is still on its way.
      setTimeout(() => socket.resetAndDestroy(), 20),
    );
}

/** Sends headers of a body with an announced end, a part of it, and closes in an orderly way. */
export function closeInBody(headers: string, part: string): Behaviour {
  return ({ socket }) => socket.end(`HTTP/1.1 200 OK\r\n${headers}\r\n\r\n${part}`);
}

/** Sends an endless body, a byte every 10 ms, so that no gap is ever long. */
export const drip: Behaviour = ({ response, socket }) => {
  response.writeHead(200);
  const timer = setInterval(() => response.write('.'), 10);
  socket.on('close', () => clearInterval(timer));
};

/** Sends endless headers, a byte every 10 ms. */
export const dripHeaders: Behaviour = ({ socket }) => {
  socket.write('HTTP/1.1 200 OK\r\nx-slow: ');
  const timer = setInterval(() => socket.write('.'), 10);
  socket.on('close', () => clearInterval(timer));
};

/** Sends a body of `bytes` bytes as fast as the client reads. */
export function largeBody(bytes: number): Behaviour {
  return ({ response }) => {
    response.writeHead(200, { 'content-length': bytes });
    pour(response, 'x'.repeat(64 * 1024), bytes);
  };
}

/** Sends header after header as fast as the client reads. */
export const endlessHeaders: Behaviour = ({ socket }) => {
  socket.write('HTTP/1.1 200 OK\r\n');
  pour(socket, 'x-more: and more\r\n'.repeat(100), Infinity);
};

/** Sends one 103 after another, and never an answer. */
export const endlessEarlyHints: Behaviour = ({ socket }) =>
  pour(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n', Infinity);

/** Sends bytes as they are in place of an answer. */
export function raw(bytes: string | Uint8Array, then: 'close' | 'keep' = 'close'): Behaviour {
  return ({ socket }) => {
    socket.write(bytes);
    if (then === 'close') socket.end();
  };
}

const BOMB_PIECE_BYTES = 32 * 1024 * 1024;

/** Sends a thousandth of what it unpacks to, `unpackedBytes` in pieces of 32 MiB: packed members may follow each other. */
export function gzipBomb(unpackedBytes: number): Behaviour {
  const piece = gzipSync(Buffer.alloc(Math.min(unpackedBytes, BOMB_PIECE_BYTES)));
  const packed = Buffer.concat(Array<Buffer>(Math.ceil(unpackedBytes / BOMB_PIECE_BYTES)).fill(piece));
  return ({ response }) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed);
}

/** Answers the first request of a connection, promising to keep it, and does `later` with the next ones. */
export function answerOnceThen(later: Behaviour): Behaviour {
  return (visit) => (visit.turn === 1 ? answer(200)(visit) : later(visit));
}

/** Answers, promising to keep the connection, and closes it as soon as the answer has left. */
export const answerAndClose: Behaviour = ({ response, socket }) => {
  response.writeHead(200, { 'content-length': 2 });
  response.end('ok', () => setImmediate(() => socket.destroy()));
};

function pour(into: ServerResponse | Socket, piece: string, totalBytes: number): void {
  let leftBytes = totalBytes;
  const write = (): void => {
    while (leftBytes > 0 && !into.destroyed) {
      const next = piece.slice(0, leftBytes);
      leftBytes -= next.length;
      if (!into.write(next)) return void into.once('drain', write);
    }
    if (leftBytes <= 0) into.end();
  };
  write();
}
