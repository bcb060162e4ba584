/**
 * Whom a request trusts and who it says it is, beyond what https does alone. Connections are shared only by
 * requests of one identity: a socket opened as one customer must not carry another one's request.
 */
import { createHash } from 'node:crypto';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';

/** PEM texts. A certificate comes with its key. */
export interface TlsIdentity {
  /** Authorities to trust besides the public ones. */
  readonly ca: string | null;
  readonly clientCertificate: string | null;
  readonly clientKey: string | null;
}

/** A certificate or key that OpenSSL refuses. Nothing was sent. */
export class UnusableIdentityError extends Error {
  readonly code = 'UNUSABLE_IDENTITY';
}

/**
 * What https trusts and shows with `identity`: Node's own roots, `trusted` and the identity's authorities.
 * @throws UnusableIdentityError where OpenSSL refuses it
 */
export function secureContextOf(identity: TlsIdentity | null, trusted: readonly string[]): SecureContext {
  const { ca = null, clientCertificate = null, clientKey = null } = identity ?? {};
  const authorities = ca === null ? trusted : [...trusted, ca];
  try {
    return createSecureContext({
      // Naming any would leave out the roots, and naming none takes the faster way to them.
      ...(authorities.length === 0 ? {} : { ca: [...rootCertificates, ...authorities] }),
      ...(clientCertificate === null || clientKey === null
        ? {}
        : { cert: clientCertificate, key: clientKey }),
    });
  } catch (cause) {
    throw new UnusableIdentityError('the TLS settings cannot be used', { cause });
  }
}

/** Something that holds connections. */
export interface Closable {
  close(): Promise<void>;
}

/** What is kept for each identity, and for how long. */
export interface IdentityCacheOptions<Kept extends Closable> {
  /** Throws where the identity cannot be used. */
  readonly open: (identity: TlsIdentity) => Kept;
  /** More than these are kept only while requests run in all of them. */
  readonly limit: number;
  /** Unused for so long, one is closed. */
  readonly idleMs: number;
}

export interface IdentityCache<Kept> extends Closable {
  /** Runs `work` with what is kept for `identity`, opened where it is not there. Throws what `open` throws. */
  use<Result>(identity: TlsIdentity, work: (kept: Kept) => Promise<Result>): Promise<Result>;
  /** How many are kept now. */
  readonly size: number;
}

interface Entry<Kept> {
  readonly kept: Kept;
  running: number;
  idle: NodeJS.Timeout | undefined;
}

/** Keeps one `Kept` for each identity that is in use, the least recently used one first to go. */
export function createIdentityCache<Kept extends Closable>({
  open,
  limit,
  idleMs,
}: IdentityCacheOptions<Kept>): IdentityCache<Kept> {
  // In the order of their last use.
  const entries = new Map<string, Entry<Kept>>();
  const drop = async (key: string, entry: Entry<Kept>): Promise<void> => {
    entries.delete(key);
    clearTimeout(entry.idle);
    await entry.kept.close();
  };
  const makeRoom = (): void => {
    if (entries.size < limit) return;
    for (const [key, entry] of entries) if (entry.running === 0) return void drop(key, entry);
  };
  const find = (identity: TlsIdentity): readonly [key: string, entry: Entry<Kept>] => {
    const key = keyOf(identity);
    const known = entries.get(key);
    if (known === undefined) makeRoom();
    const entry = known ?? { kept: open(identity), running: 0, idle: undefined };
    entries.delete(key);
    entries.set(key, entry);
    return [key, entry];
  };

  return {
    async use(identity, work) {
      const [key, entry] = find(identity);
      clearTimeout(entry.idle);
      entry.running += 1;
      try {
        return await work(entry.kept);
      } finally {
        entry.running -= 1;
        if (entry.running === 0 && entries.get(key) === entry)
          entry.idle = setTimeout(() => void drop(key, entry), idleMs).unref();
      }
    },
    async close() {
      await Promise.all([...entries].map(([key, entry]) => drop(key, entry)));
    },
    get size() {
      return entries.size;
    },
  };
}

/** A digest, so that no key of a customer is the key of a map. */
const keyOf = ({ ca, clientCertificate, clientKey }: TlsIdentity): string =>
  createHash('sha256')
    .update(JSON.stringify([ca, clientCertificate, clientKey]))
    .digest('base64');
