/** The door of `/v1`: who is asking, whether not too often, and whether they may. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { allows } from '../../domain/api-key/scopes.ts';
import { type Bucket, type RateLimit, takeToken } from '../../domain/token-bucket.ts';
import type { ApiKeyUses } from '../../domain/api-key/uses.ts';
import type { ApiKeyId } from '../../schemas/ids.ts';
import type { Authenticate, Caller } from './authenticate.ts';
import { neededScope } from './needed-scope.ts';
import { Problem } from './problem.ts';

/** Answers the caller of a request, or throws: 401 for no key, 429 for too many requests, 403 for a missing scope. */
export type Admit = (request: FastifyRequest, reply: FastifyReply) => Caller;

export interface AdmitDeps {
  readonly authenticate: Authenticate;
  readonly uses: ApiKeyUses;
}

/** Of each key, in each process of the API. */
const KEY_LIMIT: RateLimit = { perSecond: 100, burst: 200 };

/**
 * The environment's key has no limit: an operator must get in while programs of the same account misbehave. `nowMs` is
 * a clock that does not jump.
 */
export function createAdmit(
  { authenticate, uses }: AdmitDeps,
  nowMs: () => number = () => performance.now(),
): Admit {
  // One per key that was ever used, of which there are no more than in the directory.
  const buckets = new Map<ApiKeyId, Bucket>();
  return (request, reply) => {
    const caller = { ...authenticate(request.headers.authorization), sourceIp: plainAddress(request.ip) };
    if (caller.keyId !== null) {
      uses.saw(caller.keyId, Date.now());
      const taken = takeToken(KEY_LIMIT, buckets.get(caller.keyId) ?? null, nowMs());
      buckets.set(caller.keyId, taken.bucket);
      if (!taken.ok) {
        void reply.header('retry-after', String(Math.ceil(taken.waitMs / 1_000)));
        throw new Problem(429, `An API key may make ${KEY_LIMIT.perSecond} requests a second.`);
      }
    }
    const needed = neededScope(request.method, request.routeOptions.url ?? '');
    if (!allows(caller.scopes, needed)) {
      throw new Problem(
        403,
        `This needs an API key with the scope "${needed}"; yours has ${quotedList(caller.scopes)}.`,
      );
    }
    return caller;
  };
}

/** An IPv4 address without the clothes that a socket for both versions puts on it: `::ffff:192.0.2.1`. */
const plainAddress = (ip: string): string => ip.replace(/^::ffff:(?=\d+\.)/i, '');

const quotedList = (texts: readonly string[]): string => texts.map((text) => `"${text}"`).join(' and ');
