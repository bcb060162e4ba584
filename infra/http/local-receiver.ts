/**
 * A receiver on this machine, to watch deliveries arrive: takes every POST, says of each whether its
 * signature holds, and answers. Nothing that is sent to it ends the process; each body has a limit.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Verification, verify } from '../../receiver/verify.ts';

/** One request that arrived whole. */
export interface LocalDelivery {
  /** With the query, as it was asked for. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Name, value, name, value …: in their order and case, repeated ones too. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly receivedAt: Date;
  /** From X-Broxi-Webhook. */
  readonly subscriptionId: string | null;
  /** `unknown`: no secret was there to check with. */
  readonly verified: 'valid' | 'invalid' | 'unknown';
  /** Null where `verified` is `unknown`. */
  readonly verification: Verification | null;
}

export interface LocalReceiverOptions {
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
  /**
   * The secret to check with, or null. Asked with '' where a request names no subscription. Asked once more, with
   * `refused`, where the signature does not hold: the secret may be another one by now.
   */
  readonly secretOf: (subscriptionId: string, refused: boolean) => string | null | Promise<string | null>;
  /** Called once for each request, before it is answered. */
  readonly onDelivery: (delivery: LocalDelivery) => void;
  /** The HTTP status of every answer, or how to find it: then the sender waits. @default 200 */
  readonly answerStatus?: number | ((delivery: LocalDelivery) => Promise<number>);
  /** A longer body is answered with 413. @default 10 MiB */
  readonly maxBodyBytes?: number;
}

export interface LocalReceiver {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  /** Takes no more requests and cuts off those that are open. */
  readonly stop: () => Promise<void>;
}

const DEFAULT_MAX_BODY_BYTES = 10 * 1024 * 1024;
const REQUEST_PATIENCE_MS = 30_000;

/** Listens, or rejects with the system's error (`code` is `EADDRINUSE` where the port is taken). */
export async function startLocalReceiver(options: LocalReceiverOptions): Promise<LocalReceiver> {
  const server = createServer({ requestTimeout: REQUEST_PATIENCE_MS }, (request, response) => {
    respond(request, response, options).catch((error: unknown) => {
      // What onDelivery, secretOf or answerStatus threw: the sender sees it, and the next request is served.
      if (response.headersSent) return void response.destroy();
      answer(response, 500, `the receiver failed: ${String(error)}`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.host, port: options.port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { address, family, port } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  options: LocalReceiverOptions,
): Promise<void> {
  if (request.method !== 'POST') return answerVisitor(request, response);
  const limitBytes = options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;
  const read = await readBody(request, limitBytes);
  switch (read.kind) {
    case 'aborted':
      return;
    case 'too_large':
      return answer(response, 413, `the body has more than ${limitBytes} bytes`);
    case 'whole': {
      const delivery = await deliveryOf(request, read.body, options);
      options.onDelivery(delivery);
      const { answerStatus = 200 } = options;
      const status = typeof answerStatus === 'number' ? answerStatus : await answerStatus(delivery);
      answer(response, status, 'received');
    }
  }
}

/** Somebody who looks with a browser, or a check whether anything is there. */
function answerVisitor(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  if ((request.method === 'GET' || request.method === 'HEAD') && request.url === '/') {
    return answer(response, 200, 'This is a local webhook receiver. It takes POST requests on every path.');
  }
  response.setHeader('allow', 'POST');
  answer(response, 405, 'only POST is taken here');
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

async function deliveryOf(
  request: IncomingMessage,
  body: Buffer,
  options: LocalReceiverOptions,
): Promise<LocalDelivery> {
  const receivedAt = new Date();
  const named = request.headers['x-broxi-webhook'];
  const subscriptionId = typeof named === 'string' && named !== '' ? named : null;
  const check = async (refused: boolean): Promise<Verification | null> => {
    const secret = await options.secretOf(subscriptionId ?? '', refused);
    return secret === null ? null : verify(body, request.headers, secret, { now: receivedAt });
  };
  const first = await check(false);
  const verification = first?.ok === false ? await check(true) : first;
  return {
    path: request.url ?? '/',
    headers: request.headers,
    rawHeaders: request.rawHeaders,
    body,
    receivedAt,
    subscriptionId,
    verified: verification === null ? 'unknown' : verification.ok ? 'valid' : 'invalid',
    verification,
  };
}

type ReadBody =
  | { readonly kind: 'whole'; readonly body: Buffer }
  | { readonly kind: 'too_large' }
  /** The sender went away: nobody is left to answer. */
  | { readonly kind: 'aborted' };

function readBody(request: IncomingMessage, limitBytes: number): Promise<ReadBody> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limitBytes) chunks.push(chunk);
      else chunks.length = 0;
    });
    // The rest of a body that is too large is read and dropped: an answer before its end would get lost in the
    // reset of the connection. REQUEST_PATIENCE_MS ends one that never does.
    request.on('end', () =>
      resolve(bytes > limitBytes ? { kind: 'too_large' } : { kind: 'whole', body: Buffer.concat(chunks) }),
    );
    request.on('error', () => resolve({ kind: 'aborted' }));
    request.on('close', () => resolve({ kind: 'aborted' }));
  });
}
