/** Who is asking: the API key in `Authorization: Bearer <key>`. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type AccountId, DEFAULT_ACCOUNT_ID } from '../../schemas/ids.ts';
import { Problem } from './problem.ts';

/** The account that a request acts for, and who is named in its log. */
export interface Caller {
  readonly accountId: AccountId;
  /** `key:<id>`: the actor in the log of what it changes. */
  readonly actor: string;
}

/** Answers the caller of an `Authorization` header, or throws a 401. */
export type Authenticate = (authorization: string | undefined) => Caller;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Knows one key: the first admin's, of the account `default`. */
export function createAuthenticate(adminKey: string): Authenticate {
  const expected = digest(adminKey);
  return (authorization) => {
    const key = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (key === undefined) throw new Problem(401, 'Send an API key: "Authorization: Bearer <key>".');
    // Digests have one length, and comparing them takes the same time wherever they differ.
    if (!timingSafeEqual(digest(key), expected)) throw new Problem(401, 'The API key is not known.');
    return { accountId: DEFAULT_ACCOUNT_ID, actor: 'key:admin' };
  };
}
