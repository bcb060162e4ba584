/**
 * One request from its start to the end that decides it. Settles exactly once: with the answer, with a
 * failure, or at the deadline, whichever comes first; what comes later is dropped.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Outcome, PhaseTimings } from '../../domain/deliver/outcome.ts';
import type { parseRetryAfterMs } from '../../domain/deliver/retry-after.ts';
import type { ConnectPhases } from './connect-phases.ts';
import {
  deadlineFailure,
  failureOf,
  invalidAnswer,
  isConnectionClosed,
  type Failure,
  type Progress,
} from './network-failure.ts';
import { onAbort } from './shared-abort.ts';
import type { TlsIdentity } from './tls-identity.ts';
import type { ConnectionUser, ExchangeConnection, PooledDispatchOptions } from './pooled-connection.ts';

/** So much of an answer's body is kept. */
const ANSWER_LIMIT_BYTES = 16 * 1024;
/** So much is read to keep the connection for the next request; what sends more loses it. */
const DRAIN_LIMIT_BYTES = 64 * 1024;
/** For so long: the exchange is settled by then, and nobody who limits what is on the wire counts its socket. */
const DRAIN_LIMIT_MS = 1_000;
/** A server has no reason to send several 1xx before its answer; one that goes on has no end. */
const INFORMATIONAL_LIMIT = 8;
/** Beyond it, Node's timers fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface HttpRequest {
  /** http or https; user name and password in it are not sent. */
  readonly url: string;
  /** Default: POST. */
  readonly method?: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** Default: the public authorities, and no certificate of our own. */
  readonly tls?: TlsIdentity | null;
  /** The deadline of the whole exchange: waiting for a connection, connecting, sending, headers, body. */
  readonly timeoutMs: number;
  /** Ends the exchange early, without an outcome. */
  readonly signal?: AbortSignal;
}

export interface HttpExchange {
  readonly outcome: Outcome;
  /** Whole milliseconds from the start to the end that decided. */
  readonly durationMs: number;
  /** Of the connection that decided. What `durationMs` has beyond their sum went by waiting and reading. */
  readonly timings: PhaseTimings;
  /**
   * What was answered: null unless the outcome is `answered`. Header names in lower case, repeated ones
   * joined by a comma. The first 16 KiB of the body as they came, never decompressed, read as UTF-8 with
   * U+FFFD in place of what is none.
   */
  readonly answer: {
    readonly headers: Record<string, string>;
    readonly body: string;
    /** True where the body went on. */
    readonly truncated: boolean;
  } | null;
  /** Null where answered; else one line for a person, without secrets. */
  readonly error: string | null;
}

/** How an exchange reaches the network. */
export interface Transport {
  /** Sends over any free connection, kept alive from before or new. */
  dispatch(options: PooledDispatchOptions, handler: Dispatcher.DispatchHandler): void;
  /** Sends over a new connection that is closed afterwards. */
  dispatchFresh(options: PooledDispatchOptions, handler: Dispatcher.DispatchHandler): void;
  /** The rule that reads an answer's `Retry-After`. */
  readonly parseRetryAfterMs: typeof parseRetryAfterMs;
}

/**
 * Carries out one request. Follows no redirect. A request that met the end of a kept-alive connection, before
 * anything of an answer came, goes out once more over a new one, within the same deadline.
 *
 * @returns never rejects for what the network or the other side does; rejects with the signal's reason
 *   when the signal aborts.
 */
export function exchange(request: HttpRequest, transport: Transport): Promise<HttpExchange> {
  return new Promise((resolve, reject) => {
    new Exchange(request, transport, resolve, reject).start();
  });
}

/** What comes of a request for which no connection can be made at all. */
export function failedExchange({ outcome, text }: Failure): HttpExchange {
  const timings = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null };
  return { outcome, durationMs: 0, timings, answer: null, error: text };
}

class Exchange implements Dispatcher.DispatchHandler, ConnectionUser {
  readonly #request: HttpRequest;
  readonly #transport: Transport;
  readonly #resolve: (result: HttpExchange) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #startedMs = performance.now();
  #deadline: NodeJS.Timeout | undefined;
  #forgetSignal: (() => void) | undefined;
  #isSettled = false;

  #options: PooledDispatchOptions | undefined;
  #connection: ExchangeConnection | null = null;
  #controller: Dispatcher.DispatchController | null = null;
  #isOnUsedSocket = false;
  #phases: ConnectPhases | null = null;
  #writtenMs: number | null = null;

  #firstByteMs: number | null = null;
  #informationalCount = 0;
  #head: { statusCode: number; headers: IncomingHttpHeaders } | null = null;
  #chunks: Buffer[] = [];
  #receivedBytes = 0;

  constructor(
    request: HttpRequest,
    transport: Transport,
    resolve: (result: HttpExchange) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#request = request;
    this.#transport = transport;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    const { url, method = 'POST', headers, body, timeoutMs, signal } = this.#request;
    if (signal?.aborted === true) return this.#reject(signal.reason);
    const target = targetOf(url);
    if (target === null || (target.protocol !== 'http:' && target.protocol !== 'https:'))
      return this.#fail({
        outcome: { kind: 'unreachable', failure: 'connection_failed' },
        text: 'request cannot be sent: url is no http or https address',
      });
    this.#options = {
      origin: target.origin,
      path: target.pathname + target.search,
      method,
      headers,
      body,
      user: this,
    };
    // A plain timer: AbortSignal.timeout costs an object with a finalizer, and listeners, per request.
    this.#deadline = setTimeout(this.#onDeadline, Math.min(timeoutMs, LONGEST_TIMER_MS));
    if (signal !== undefined) this.#forgetSignal = onAbort(signal, this.#onAbort);
    this.#transport.dispatch(this.#options, this);
  }

  get isOver(): boolean {
    return this.#isSettled;
  }

  useConnection(connection: ExchangeConnection): void {
    this.#connection = connection;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#isSettled) return controller.abort(new Error('nobody waits for this exchange'));
    this.#controller = controller;
    this.#writtenMs = performance.now();
    this.#phases = this.#connection!.phases;
    this.#isOnUsedSocket = this.#connection!.beginExchange();
  }

  /** The first byte of an answer. undici types it as old, but nothing newer tells of this moment. */
  onResponseStarted(): void {
    this.#firstByteMs = performance.now();
  }

  onResponseStart(_: Dispatcher.DispatchController, statusCode: number, headers: IncomingHttpHeaders): void {
    if (statusCode >= 200) {
      this.#head = { statusCode, headers };
    } else if (++this.#informationalCount > INFORMATIONAL_LIMIT && !this.#isSettled) {
      this.#fail(invalidAnswer(`more than ${INFORMATIONAL_LIMIT} informational answers`));
      this.#hangUpSoon();
    }
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#receivedBytes += chunk.length;
    if (!this.#isSettled) {
      this.#chunks.push(chunk);
      if (this.#receivedBytes > ANSWER_LIMIT_BYTES) {
        this.#succeed();
        this.#hastenDeadline();
      }
    }
    if (this.#receivedBytes > DRAIN_LIMIT_BYTES) this.#hangUpSoon();
  }

  onResponseEnd(): void {
    if (!this.#isSettled) this.#succeed();
    this.#release();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#isSettled) return this.#release();
    if (this.#metStaleConnection(error)) return this.#sendAgain();
    const closedByPeer = this.#connection?.closedByPeer ?? false;
    this.#break(failureOf(error, { progress: this.#progress(), closedByPeer }));
    this.#release();
  }

  #hastenDeadline(): void {
    clearTimeout(this.#deadline);
    const leftMs = this.#request.timeoutMs - (performance.now() - this.#startedMs);
    this.#deadline = setTimeout(this.#onDeadline, Math.min(leftMs, DRAIN_LIMIT_MS));
  }

  readonly #onDeadline = (): void => {
    if (!this.#isSettled) this.#break(deadlineFailure(this.#progress(), this.#request.timeoutMs));
    this.#hangUp();
  };

  readonly #onAbort = (): void => {
    if (!this.#isSettled) {
      this.#isSettled = true;
      this.#reject(this.#request.signal!.reason);
    }
    this.#hangUp();
  };

  #progress(): Progress {
    if (this.#controller === null) return 'connecting';
    if (this.#head !== null) return 'reading_body';
    return this.#firstByteMs !== null ? 'reading_headers' : 'awaiting_answer';
  }

  #metStaleConnection(error: Error): boolean {
    return this.#isOnUsedSocket && this.#firstByteMs === null && isConnectionClosed(error);
  }

  #sendAgain(): void {
    // The connection to come is new, so there is no second time, not even if it fails to connect.
    this.#isOnUsedSocket = false;
    this.#controller = null;
    this.#writtenMs = null;
    this.#transport.dispatchFresh(this.#options!, this);
  }

  /** Ends an exchange that something cut off: as answered, if what is kept of an answer had come. */
  #break(failure: Failure): void {
    if (this.#receivedBytes >= ANSWER_LIMIT_BYTES || this.#hasMalformedBody(failure)) this.#succeed();
    else this.#fail(failure);
  }

  /** Status and headers are there: a body that is framed wrongly is the receiver's affair, and no reason to send again. */
  #hasMalformedBody({ outcome }: Failure): boolean {
    return this.#head !== null && outcome.kind === 'unreachable' && outcome.failure === 'invalid_answer';
  }

  #succeed(): void {
    const { statusCode, headers } = this.#head!;
    const retryAfter = headers['retry-after'];
    const body =
      this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#receivedBytes);
    this.#settle({
      outcome: {
        kind: 'answered',
        statusCode,
        retryAfterMs:
          retryAfter === undefined ? null : this.#transport.parseRetryAfterMs(first(retryAfter), Date.now()),
      },
      durationMs: this.#durationMs(),
      timings: this.#timings(),
      answer: {
        headers: joinRepeated(headers),
        body: body.toString('utf8', 0, ANSWER_LIMIT_BYTES),
        truncated: this.#receivedBytes > ANSWER_LIMIT_BYTES,
      },
      error: null,
    });
  }

  #fail({ outcome, text }: Failure): void {
    const durationMs = this.#durationMs();
    this.#settle({ outcome, durationMs, timings: this.#timings(), answer: null, error: text });
  }

  #settle(result: HttpExchange): void {
    this.#isSettled = true;
    this.#chunks = [];
    this.#resolve(result);
  }

  #durationMs(): number {
    return Math.round(performance.now() - this.#startedMs);
  }

  #timings(): PhaseTimings {
    // While it waits for a connection, the one that is being opened for it has its phases still.
    const phases = this.#controller === null ? (this.#connection?.phases ?? null) : this.#phases;
    const { startedMs, resolvedMs, connectedMs, securedMs } = phases ?? NO_PHASES;
    return {
      dnsMs: between(startedMs, resolvedMs),
      connectMs: between(resolvedMs ?? startedMs, connectedMs),
      tlsMs: between(connectedMs, securedMs),
      firstByteMs: between(this.#writtenMs, this.#firstByteMs),
    };
  }

  /** Takes the network away from an exchange that is settled. */
  #hangUp(): void {
    this.#release();
    if (this.#controller === null) this.#connection?.abandonAttempt();
    else this.#controller.abort(new Error('the exchange is over'));
  }

  /** As hangUp, but after undici's parser has returned: it asserts that nobody aborts from inside it. */
  #hangUpSoon(): void {
    queueMicrotask(() => this.#hangUp());
  }

  /** Lets go of what outlives the outcome while the rest of an answer is drained: timer and listener. */
  #release(): void {
    clearTimeout(this.#deadline);
    this.#forgetSignal?.();
  }
}

/** Null for what is no url. */
function targetOf(url: string): URL | null {
  try {
    return new URL(url);
  } catch {
    return null;
  }
}

const NO_PHASES = { startedMs: null, resolvedMs: null, connectedMs: null, securedMs: null } as const;

/** To a tenth of a millisecond. */
function between(fromMs: number | null, toMs: number | null): number | null {
  return fromMs === null || toMs === null ? null : Math.max(0, Math.round((toMs - fromMs) * 10) / 10);
}

function first(value: string | string[]): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function joinRepeated(headers: IncomingHttpHeaders): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) joined[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return joined;
}
