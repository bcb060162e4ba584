/**
 * One place in the pool of an origin: at most one socket at a time, and at most one exchange on it. Tells
 * an exchange what undici does not: whether its socket had carried another before, and who ended it.
 */
import { Client, type Dispatcher, type buildConnector } from 'undici';
import type { Socket } from 'node:net';
import { beginPhases, type ConnectPhases } from './connect-phases.ts';
import type { Destroyable, GuardedConnect } from './guarded-connector.ts';

/** What an exchange may ask of, and do to, the connection that it was given. */
export interface ExchangeConnection {
  /** Called as the request is written. True where the socket carried an exchange before this one. */
  beginExchange(): boolean;
  /** How the present or last socket came about; null where that was for an exchange before. */
  readonly phases: ConnectPhases | null;
  /** Ends a connection attempt that nobody waits for any more; without effect once connected. */
  abandonAttempt(): void;
  /** True where the other side ended or reset the present or last socket. */
  readonly closedByPeer: boolean;
}

/** Whoever wants a request sent. */
export interface ConnectionUser {
  /** True once nobody waits for the request: it is not sent any more. */
  readonly isOver: boolean;
  /** Hands over the connection that the request will go through. */
  useConnection(connection: ExchangeConnection): void;
}

/** What a PooledConnection is to send, and for whom. */
export type PooledDispatchOptions = Dispatcher.DispatchOptions & { readonly user: ConnectionUser };

/**
 * An undici Client that takes dispatches with a `user` alone (`PooledDispatchOptions`): it hands the user its connection
 * before it sends, and sends nothing once the user is over.
 */
export class PooledConnection extends Client {
  readonly #slot: SocketSlot;

  constructor(origin: string | URL, options: Client.Options, connect: GuardedConnect) {
    const slot = new SocketSlot(connect);
    super(origin, { ...options, connect: slot.connect });
    this.#slot = slot;
  }

  /**
   * As Client's: false tells the pool to wait for this connection to be free again. True for a request that
   * is over: one that waited in the pool longer than its user did, or that undici refused as malformed.
   * Client says false to the latter, and the pool would wait for ever.
   */
  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const { user } = options as PooledDispatchOptions;
    if (user.isOver) return true;
    user.useConnection(this.#slot);
    return super.dispatch(options, handler) || user.isOver;
  }
}

class SocketSlot implements ExchangeConnection {
  readonly #open: GuardedConnect;
  #socket: Socket | null = null;
  #attempt: Destroyable | null = null;
  #carriedExchange = false;
  #phases: ConnectPhases | null = null;

  constructor(open: GuardedConnect) {
    this.#open = open;
  }

  readonly connect: buildConnector.connector = (target, callback) => {
    this.#carriedExchange = false;
    this.#socket = null;
    this.#phases = beginPhases();
    this.#attempt = this.#open(target, this.#phases, (...result) => {
      this.#attempt = null;
      // undici's connector leaves it out beside an error.
      this.#socket = result[1] ?? null;
      callback(...result);
    });
  };

  beginExchange(): boolean {
    const carriedBefore = this.#carriedExchange;
    this.#carriedExchange = true;
    return carriedBefore;
  }

  get phases(): ConnectPhases | null {
    return this.#carriedExchange ? null : this.#phases;
  }

  abandonAttempt(): void {
    this.#attempt?.destroy(new Error('nobody waits for this connection'));
  }

  get closedByPeer(): boolean {
    if (this.#socket === null) return false;
    const { readableEnded, errored } = this.#socket;
    return readableEnded || (errored as NodeJS.ErrnoException | null)?.code === 'ECONNRESET';
  }
}
