/** Who is asking: the API key in `Authorization: Bearer <key>`. */
import { timingSafeEqual } from 'node:crypto';
import type { ApiKeyDirectory } from '../../domain/api-key/directory.ts';
import { allows } from '../../domain/api-key/scopes.ts';
import { sha256 } from '../../infra/crypto/hash.ts';
import type { Scope } from '../../schemas/api-key-log.ts';
import { type AccountId, type ApiKeyId, DEFAULT_ACCOUNT_ID } from '../../schemas/ids.ts';
import { idIn } from './api-key-text.ts';
import { Problem } from './problem.ts';

/** What a key opens: the account that it acts for, what it may do, and who is named in the log. */
export interface KeyHolder {
  readonly accountId: AccountId;
  /** `key:<id>`: the actor in the log of what it changes. */
  readonly actor: string;
  readonly scopes: readonly Scope[];
  /** Null for the key of the environment. */
  readonly keyId: ApiKeyId | null;
}

/** Who asks, and from where. */
export interface Caller extends KeyHolder {
  /** An IPv4 or IPv6 address: the other end of the connection, or what a trusted proxy says of it. */
  readonly sourceIp: string;
}

/** Answers the holder of the key in an `Authorization` header, or throws a 401. */
export type Authenticate = (authorization: string | undefined) => KeyHolder;

/** Whether the caller runs the whole system, and may know of every account's events: an admin of `default`. */
export const isOperator = ({ accountId, scopes }: KeyHolder): boolean =>
  accountId === DEFAULT_ACCOUNT_ID && allows(scopes, 'admin');

/**
 * A hook that answers 403 to everybody else, before the form of a request is judged, for what is done touches every
 * account. `deed` completes "may …".
 */
export const operatorOnly =
  (deed: string) =>
  ({ caller }: { caller: Caller }, _reply: unknown, done: (refusal?: Problem) => void): void => {
    if (isOperator(caller)) return done();
    done(new Problem(403, `Only an admin of the account "${DEFAULT_ACCOUNT_ID}" may ${deed}.`));
  };

const ADMIN: KeyHolder = {
  accountId: DEFAULT_ACCOUNT_ID,
  actor: 'key:admin',
  scopes: ['admin'],
  keyId: null,
};

/** The hash of nothing that anybody could send. */
const NO_HASH = '0'.repeat(64);

/** Knows the first admin's key, of the account `default`, and those of the directory. */
export function createAuthenticate(adminKey: string, directory: ApiKeyDirectory): Authenticate {
  const adminDigest = sha256(adminKey);
  return (authorization) => {
    const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (given === undefined) throw new Problem(401, 'Send an API key: "Authorization: Bearer <key>".');
    const digest = sha256(given);
    const id = idIn(given);
    const state = id === null ? null : directory.get(id);
    const key = state?.status === 'live' ? state : null;
    // Both are compared, whatever was found: the time that it takes tells neither whether an id is known nor where
    // digests differ.
    const isKey = timingSafeEqual(digest, Buffer.from(key?.hash ?? NO_HASH, 'hex'));
    const isAdmin = timingSafeEqual(digest, adminDigest);
    if (isAdmin) return ADMIN;
    if (!isKey || key === null) throw new Problem(401, 'The API key is not known, or was revoked.');
    return { accountId: key.accountId, actor: `key:${key.id}`, scopes: key.scopes, keyId: key.id };
  };
}
