/** What is written to the audit log, by whom and from where, with Kafka in the test's hands. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import Fastify from 'fastify';
import { expect, it } from 'vitest';
import type { SubscriptionDirectory } from '../../../domain/subscription/directory.ts';
import { evolve, initialState } from '../../../domain/subscription/subscription.ts';
import { createAuditLog } from '../../../infra/kafka/audit-log.ts';
import type { AuditEvent } from '../../../schemas/audit-log.ts';
import { DEFAULT_ACCOUNT_ID } from '../../../schemas/ids.ts';
import { createAdmit } from '../../../services/api/admit.ts';
import { appenderOfRequests } from '../../../services/api/away.ts';
import { createRecordAudit } from '../../../services/api/record-audit.ts';
import {
  subscriptionRoutes,
  type SubscriptionRoutesDeps,
} from '../../../services/api/routes/subscriptions.ts';
import { withZodSchemas } from '../../../services/api/zod-routes.ts';
import { created } from '../../domain/subscription/subscription-log.ts';

const SECRET = 'whsec_the-secret-of-the-test';
const REVEAL = '/v1/subscriptions/wh_abc12345/secret';

/** A server with one subscription, whose audit log is `append`. */
function serverWith(append: (event: AuditEvent) => Promise<void>, trustedProxies: readonly string[] = []) {
  const app = Fastify({ trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies] });
  const holder = {
    accountId: DEFAULT_ACCOUNT_ID,
    actor: 'key:admin',
    scopes: ['admin' as const],
    keyId: null,
  };
  const admit = createAdmit({ authenticate: () => holder, uses: { saw: () => undefined } as never });
  app.addHook('onRequest', (request, reply, next) => {
    request.caller = admit(request, reply);
    next();
  });
  subscriptionRoutes(withZodSchemas(app), {
    directory: { get: () => evolve(initialState(), created(1)) } as unknown as SubscriptionDirectory,
    sealer: { open: () => ({ ok: true, plain: SECRET }) },
    recordAudit: createRecordAudit({ append }),
  } as unknown as SubscriptionRoutesDeps);
  return app;
}

it('a secret is answered only once its reveal is durable', async () => {
  const told: string[] = [];
  const app = serverWith(async () => {
    // Ample turns for an answer that would not wait.
    for (let turn = 0; turn < 50; turn += 1) await nextTurn();
    told.push('durable');
  });
  const answer = await app.inject(REVEAL).then((answered) => (told.push('answered'), answered));
  expect(told).toEqual(['durable', 'answered']);
  expect(answer.json()).toEqual({ secret: SECRET });
});

it('a secret is not answered while the audit log cannot be written, and may be asked for again', async () => {
  const never = { append: () => new Promise<void>(() => undefined) };
  const { append } = createAuditLog(appenderOfRequests(never, { patienceMs: 1, mostWaitingBytes: 1_000 }));
  const answer = await serverWith(append).inject(REVEAL);
  expect(answer.statusCode).toBe(503);
  expect(answer.json<{ message: string }>().message).toBe(
    'The audit log cannot be written at the moment. Try again.',
  );
  expect(answer.body).not.toContain(SECRET);
});

const sourceOf = async (headers: Record<string, string>, from: string, trusted: readonly string[]) => {
  const log: AuditEvent[] = [];
  const app = serverWith((event) => Promise.resolve(void log.push(event)), trusted);
  await app.inject({ url: REVEAL, remoteAddress: from, headers });
  return log[0]?.source_ip;
};

it('a request comes from the other end of its connection, whatever it says of itself', async () => {
  const lies = { 'x-forwarded-for': '203.0.113.9', 'x-real-ip': '203.0.113.9', forwarded: 'for=203.0.113.9' };
  expect(await sourceOf(lies, '192.0.2.1', [])).toBe('192.0.2.1');
  expect(await sourceOf(lies, '192.0.2.1', ['10.0.0.0/8'])).toBe('192.0.2.1');
});

it('a request comes from where a trusted proxy says, and not from where its client says', async () => {
  const forwarded = { 'x-forwarded-for': '203.0.113.9, 198.51.100.7' };
  expect(await sourceOf(forwarded, '10.0.0.1', ['10.0.0.0/8'])).toBe('198.51.100.7');
});

it('an IPv4 address is told as one, also by a socket for both versions', async () => {
  expect(await sourceOf({}, '::ffff:192.0.2.1', [])).toBe('192.0.2.1');
});
