/**
 * Opens the sockets of outgoing requests, and is the place where a target is refused: every address that
 * a name resolves to is judged, and the socket goes to one of the very addresses that were judged, so an
 * answer of the DNS that changes in between changes nothing.
 */
import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { buildConnector } from 'undici';
import { watchPhases, type ConnectPhases } from './connect-phases.ts';
import type { TargetPolicy } from './target-address.ts';

/** Resolves a host name to all its addresses; rejects, or answers none, where it has none. */
export type ResolveName = (hostname: string) => Promise<readonly LookupAddress[]>;

/** The target is an address that the policy refuses. No packet was sent to it. */
export class BlockedTargetError extends Error {
  readonly code = 'BLOCKED_TARGET';
  /** The first refused address of the target. */
  readonly address: string;
  constructor(address: string) {
    super(`${address} is refused as a target`);
    this.address = address;
  }
}

/** The target's name has no address, or nobody could say which. */
export class UnresolvedTargetError extends Error {
  readonly code = 'UNRESOLVED_TARGET';
  readonly hostname: string;
  constructor(hostname: string, cause: unknown) {
    super(`${hostname} does not resolve`, { cause });
    this.hostname = hostname;
  }
}

export interface ConnectorOptions {
  readonly permits: TargetPolicy;
  readonly resolve: ResolveName;
  /** What https trusts and shows. One context for all connections: reading the roots costs milliseconds. */
  readonly secureContext: SecureContext;
  /** False to take any certificate: to look at it, never to send. Default: true. */
  readonly verify?: boolean;
}

/**
 * Begins to connect, and calls back once: with the connected (and, for https, verified) socket, or with
 * what prevented it; `phases` are filled in as they end. Gives what may be destroyed to end the attempt; null
 * where the target was refused before there was one.
 */
export type GuardedConnect = (
  target: buildConnector.Options,
  phases: ConnectPhases,
  callback: buildConnector.Callback,
) => Destroyable | null;

/** A connection attempt that goes on. */
export interface Destroyable {
  destroy(error?: Error): unknown;
}

/**
 * Connects straight to the target. Calls back with `BlockedTargetError` where any address of it is refused, and with
 * `UnresolvedTargetError` where it has none. Sets no deadline: an attempt goes on until it is destroyed.
 */
export function createGuardedConnector(options: ConnectorOptions): GuardedConnect {
  const { permits, resolve, secureContext, verify = true } = options;

  const resolvePermitted = async (hostname: string): Promise<LookupAddress[]> => {
    const addresses = await resolve(hostname).catch((cause: unknown) => {
      throw new UnresolvedTargetError(hostname, cause);
    });
    if (addresses.length === 0) throw new UnresolvedTargetError(hostname, undefined);
    // One refused address refuses the name: which of them a later connection would reach is the target's
    // choice, and a name with a public and a private address is how a rebinding attack looks.
    const refused = addresses.find(({ address }) => !permits(address));
    if (refused !== undefined) throw new BlockedTargetError(refused.address);
    return [...addresses];
  };

  const lookup: LookupFunction = (hostname, { all }, callback) => {
    resolvePermitted(hostname).then(
      (addresses) =>
        all === true
          ? callback(null, addresses)
          : callback(null, addresses[0]!.address, addresses[0]!.family),
      (error: Error) => callback(error, []),
    );
  };

  // buildConnector returns the socket, which its types leave out.
  const connect = buildConnector({
    lookup,
    autoSelectFamily: true,
    secureContext,
    rejectUnauthorized: verify,
    // A resumed session is not looked at again.
    ...(verify ? {} : { maxCachedSessions: 0 }),
    // Whoever waits for the connection has a deadline and destroys the socket when it has passed.
    timeout: 0,
  }) as (target: buildConnector.Options, callback: buildConnector.Callback) => Socket;

  return (target, phases, callback) => {
    // A literal address never reaches lookup.
    if (isIP(target.hostname) !== 0 && !permits(target.hostname)) {
      queueMicrotask(() => callback(new BlockedTargetError(target.hostname), null));
      return null;
    }
    const socket = connect(target, callback);
    watchPhases(socket, phases);
    return socket;
  };
}
