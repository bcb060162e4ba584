/** `/v1/subscriptions`: what customers configure. Reads come from memory, changes go to the actors. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { SubscriptionDirectory } from '../../../domain/subscription/directory.ts';
import { isLive, type LiveSubscription } from '../../../domain/subscription/subscription.ts';
import type { Sealer } from '../../../infra/crypto/sealed-secret.ts';
import { tlsIssues } from '../../../infra/crypto/tls-material.ts';
import { PageQuery, SubscriptionParams } from '../../../schemas/api.ts';
import type { SubscriptionId } from '../../../schemas/ids.ts';
import { NewSubscription, SecretRotation, SubscriptionPatch } from '../../../schemas/subscription.ts';
import type { Caller } from '../authenticate.ts';
import { abortedWhenGone } from '../client-gone.ts';
import { type HistoryPageDeps, historyPage } from '../history-page.ts';
import { pageOf } from '../list-page.ts';
import { parse } from '../parse.ts';
import { invalidFields, notFound, Problem } from '../problem.ts';
import type { RecordAudit } from '../record-audit.ts';
import type { SubscriptionCommands } from '../subscription-commands.ts';
import { subscriptionView } from '../subscription-view.ts';

export interface SubscriptionRoutesDeps extends HistoryPageDeps {
  readonly directory: SubscriptionDirectory;
  readonly commands: SubscriptionCommands;
  readonly recordAudit: RecordAudit;
  readonly sealer: Sealer;
  readonly allowHttp: boolean;
}

/** Commands that need nothing but their name, by the last part of their route. */
const VERBS = {
  pause: { type: 'PauseSubscription' },
  resume: { type: 'ResumeSubscription' },
  enable: { type: 'EnableSubscription' },
} as const;

export function subscriptionRoutes(app: FastifyInstance, deps: SubscriptionRoutesDeps): void {
  const show = (reply: FastifyReply, subscription: LiveSubscription) => {
    void reply.header('etag', `"${subscription.version}"`);
    return subscriptionView(subscription, deps.sealer);
  };

  app.post('/v1/subscriptions', async (request, reply) => {
    const given = parse(NewSubscription, unwrapped(request.body));
    refusePlainHttp(deps.allowHttp, given);
    refuseUnusableTls(given);
    const { subscription, secret } = await deps.commands.create(request.caller, given);
    void reply.status(201).header('location', `/v1/subscriptions/${subscription.id}`);
    return { ...show(reply, subscription), secret };
  });

  app.get('/v1/subscriptions', (request) => {
    const all = deps.directory.listOf(request.caller.accountId);
    const { items, nextCursor } = pageOf(all, parse(PageQuery, request.query));
    return {
      data: items.map((subscription) => subscriptionView(subscription, deps.sealer)),
      next_cursor: nextCursor,
    };
  });

  app.get('/v1/subscriptions/:id', (request, reply) =>
    show(reply, find(deps.directory, request.caller, idOf(request))),
  );

  app.get('/v1/subscriptions/:id/secret', async (request, reply) => {
    const { id, secret } = find(deps.directory, request.caller, idOf(request));
    const opened = deps.sealer.open(secret, id);
    if (!opened.ok) throw new Error(`the secret of ${id} cannot be opened: ${opened.failure}`);
    await deps.recordAudit(request.caller, { type: 'SecretRevealed', subscription_id: id });
    void reply.header('cache-control', 'no-store');
    return { secret: opened.plain };
  });

  app.patch('/v1/subscriptions/:id', async (request, reply) => {
    const patch = parse(SubscriptionPatch, unwrapped(request.body));
    refusePlainHttp(deps.allowHttp, patch);
    refuseUnusableTls(patch);
    const id = idOf(request);
    return show(
      reply,
      await deps.commands.update(request.caller, id, ifMatch(request.headers['if-match']), patch),
    );
  });

  app.delete('/v1/subscriptions/:id', async (request, reply) => {
    const version = ifMatch(request.headers['if-match']);
    await deps.commands.change(request.caller, idOf(request), version, { type: 'DeleteSubscription' });
    return reply.status(204).send();
  });

  app.post('/v1/subscriptions/:id/rotate-secret', async (request, reply) => {
    const rotation = parse(SecretRotation, request.body ?? {});
    const version = ifMatch(request.headers['if-match']);
    const id = idOf(request);
    const { subscription, secret } = await deps.commands.rotateSecret(request.caller, id, version, rotation);
    void reply.header('cache-control', 'no-store');
    return {
      ...show(reply, subscription),
      secret,
      previous_secret_expires_at: subscription.previousSecret?.expiresAt ?? null,
    };
  });

  app.get('/v1/subscriptions/:id/history', async (request, reply) => {
    const page = parse(PageQuery, request.query);
    const id = idOf(request);
    // Deleted ones have a history too: who deleted it is what may be asked.
    const subscription = deps.directory.get(id);
    const isTheirs = subscription.status !== 'absent' && subscription.accountId === request.caller.accountId;
    if (!isTheirs) throw notFound('subscription');
    return historyPage(deps, id, page, abortedWhenGone(reply));
  });

  for (const [verb, change] of Object.entries(VERBS)) {
    app.post(`/v1/subscriptions/:id/${verb}`, async (request, reply) => {
      const version = ifMatch(request.headers['if-match']);
      const subscription = await deps.commands.change(request.caller, idOf(request), version, change);
      if (subscription === null) throw notFound('subscription');
      return show(reply, subscription);
    });
  }
}

/** The subscription, if it exists and is the caller's; else a 404 that does not tell the two apart. */
export function find(directory: SubscriptionDirectory, caller: Caller, id: SubscriptionId): LiveSubscription {
  const subscription = directory.get(id);
  if (!isLive(subscription) || subscription.accountId !== caller.accountId) throw notFound('subscription');
  return subscription;
}

/** The id in the path. One that is not even shaped like an id belongs to nothing. */
export function idOf(request: { params: unknown }): SubscriptionId {
  const params = SubscriptionParams.safeParse(request.params);
  if (!params.success) throw notFound('subscription');
  return params.data.id;
}

/** The seed's documents wrap the object: `{"webhook_config":{…}}`. */
function unwrapped(body: unknown): unknown {
  const wrapped = z.strictObject({ webhook_config: z.unknown() }).safeParse(body);
  return wrapped.success && wrapped.data.webhook_config !== undefined ? wrapped.data.webhook_config : body;
}

function refusePlainHttp(allowHttp: boolean, given: Pick<SubscriptionPatch, 'url' | 'routes'>): void {
  if (allowHttp) return;
  const urls = [
    { path: 'url', url: given.url },
    ...(given.routes ?? []).map(({ url }, index) => ({ path: `routes.${index}.url`, url })),
  ];
  const errors = urls
    .filter(({ url }) => url !== undefined && new URL(url).protocol === 'http:')
    .map(({ path }) => ({ path, message: 'expected an https url: plain http is not allowed here' }));
  if (errors.length > 0) throw invalidFields(errors);
}

function refuseUnusableTls({ tls }: Pick<SubscriptionPatch, 'tls'>): void {
  if (!tls) return;
  const errors = tlsIssues(tls, new Date()).map(({ path, message }) => ({ path: `tls.${path}`, message }));
  if (errors.length > 0) throw invalidFields(errors);
}

/** The version in `If-Match: "3"`; null where any will do. */
function ifMatch(header: string | undefined): number | null {
  if (header === undefined || header.trim() === '*') return null;
  const version = /^(?:W\/)?"?(\d{1,15})"?$/.exec(header.trim())?.[1];
  if (version === undefined)
    throw new Problem(400, 'If-Match: expected the ETag of the subscription, such as "3".');
  return Number(version);
}
