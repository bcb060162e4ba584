/** `/v1/subscriptions`: what customers configure. Reads come from memory, changes go to the actors. */
import type { FastifyReply } from 'fastify';
import type { SubscriptionDirectory } from '../../../domain/subscription/directory.ts';
import type { LiveSubscription } from '../../../domain/subscription/subscription.ts';
import type { Sealer } from '../../../infra/crypto/sealed-secret.ts';
import { tlsIssues } from '../../../infra/crypto/tls-material.ts';
import type { FlushOpenBatches } from '../../../infra/temporal/batch-actors.ts';
import { FlushView } from '../../../schemas/aggregation.ts';
import { IfMatch, PageQuery, SubscriptionParams } from '../../../schemas/api.ts';
import { VersionChangeView } from '../../../schemas/history-view.ts';
import { pageOf as pageSchema } from '../../../schemas/page.ts';
import {
  CreatedSubscription,
  NewSubscription,
  orWrapped,
  RotatedSubscription,
  SecretRotation,
  SecretView,
  SubscriptionPatch,
  SubscriptionView,
} from '../../../schemas/subscription.ts';
import { placesFor } from '../at-once.ts';
import { abortedWhenGone } from '../client-gone.ts';
import { findKnown, findLive } from '../find-subscription.ts';
import { type HistoryPageDeps, historyPage } from '../history-page.ts';
import { pageOf } from '../list-page.ts';
import { invalidFields, notFound, Problem } from '../problem.ts';
import type { RecordAudit } from '../record-audit.ts';
import type { SubscriptionCommands } from '../subscription-commands.ts';
import { subscriptionView } from '../subscription-view.ts';
import { type Api, NoContent } from '../zod-routes.ts';

export interface SubscriptionRoutesDeps extends HistoryPageDeps {
  readonly directory: SubscriptionDirectory;
  readonly commands: SubscriptionCommands;
  readonly recordAudit: RecordAudit;
  readonly sealer: Sealer;
  readonly allowHttp: boolean;
  readonly flushOpenBatches: FlushOpenBatches;
}

/** Commands that need nothing but their name, by the last part of their route. */
const VERBS = {
  pause: {
    change: { type: 'PauseSubscription' },
    summary: 'Pause a subscription',
    description: 'Nothing is sent: everything is held, and released when it is resumed.',
  },
  resume: {
    change: { type: 'ResumeSubscription' },
    summary: 'Resume a subscription',
    description: 'What was held is released.',
  },
  enable: {
    change: { type: 'EnableSubscription' },
    summary: 'Enable a subscription',
    description: 'Takes up one that was disabled. What happened in between is not delivered.',
  },
} as const;

const WRAPPED = 'The body may also be `{"webhook_config": {…}}` around it.';
const OTHER_VERSION = 'The subscription is not at the version that `If-Match` names.';

/** Each goes through a part of the log. */
const HISTORIES_AT_ONCE = 8;

export function subscriptionRoutes(app: Api, deps: SubscriptionRoutesDeps): void {
  const takePlace = placesFor(HISTORIES_AT_ONCE, 'histories');
  const show = (reply: FastifyReply, subscription: LiveSubscription) => {
    void reply.header('etag', `"${subscription.version}"`);
    return subscriptionView(subscription, deps.sealer);
  };

  const create = {
    summary: 'Make a subscription',
    description: `The secret is shown in this answer. ${WRAPPED}`,
    body: orWrapped(NewSubscription),
    response: { 201: CreatedSubscription },
    answerHeaders: ['ETag', 'Location'],
  };
  app.post('/v1/subscriptions', { schema: create }, async (request, reply) => {
    const given = request.body;
    refusePlainHttp(deps.allowHttp, given);
    refuseUnusableTls(given);
    const { subscription, secret } = await deps.commands.create(request.caller, given);
    void reply.status(201).header('location', `/v1/subscriptions/${subscription.id}`);
    return { ...show(reply, subscription), secret };
  });

  const list = {
    summary: 'List subscriptions',
    description: 'The newest first.',
    querystring: PageQuery,
    response: { 200: pageSchema(SubscriptionView) },
  };
  app.get('/v1/subscriptions', { schema: list }, (request) => {
    const all = deps.directory.listOf(request.caller.accountId);
    const { items, nextCursor } = pageOf(all, request.query);
    return {
      data: items.map((subscription) => subscriptionView(subscription, deps.sealer)),
      next_cursor: nextCursor,
    };
  });

  const get = {
    summary: 'Show a subscription',
    params: SubscriptionParams,
    response: { 200: SubscriptionView },
    answerHeaders: ['ETag'],
  };
  app.get('/v1/subscriptions/:id', { schema: get }, (request, reply) =>
    show(reply, findLive(deps.directory, request.caller, request.params.id)),
  );

  const getSecret = {
    summary: "Show a subscription's secret",
    params: SubscriptionParams,
    response: { 200: SecretView },
  };
  app.get('/v1/subscriptions/:id/secret', { schema: getSecret }, async (request, reply) => {
    const { id, secret } = findLive(deps.directory, request.caller, request.params.id);
    const opened = deps.sealer.open(secret, id);
    if (!opened.ok) throw new Error(`the secret of ${id} cannot be opened: ${opened.failure}`);
    await deps.recordAudit(request.caller, { type: 'SecretRevealed', subscription_id: id });
    void reply.header('cache-control', 'no-store');
    return { secret: opened.plain };
  });

  const update = {
    summary: 'Change a subscription',
    description:
      'What is absent stays. `retry_policy` is merged field by field; everything else that is named is replaced ' +
      `whole. ${WRAPPED}`,
    params: SubscriptionParams,
    headers: IfMatch,
    body: orWrapped(SubscriptionPatch),
    response: { 200: SubscriptionView },
    answerHeaders: ['ETag'],
    problems: { 412: OTHER_VERSION },
  };
  app.patch('/v1/subscriptions/:id', { schema: update }, async (request, reply) => {
    const { id } = request.params;
    const patch = request.body;
    refusePlainHttp(deps.allowHttp, patch);
    refuseUnusableTls(patch);
    return show(
      reply,
      await deps.commands.update(request.caller, id, ifMatch(request.headers['if-match']), patch),
    );
  });

  const remove = {
    summary: 'Delete a subscription',
    description: 'What it still owes is never delivered. Its history stays.',
    params: SubscriptionParams,
    headers: IfMatch,
    response: { 204: NoContent },
    problems: { 412: OTHER_VERSION },
  };
  app.delete('/v1/subscriptions/:id', { schema: remove }, async (request, reply) => {
    const version = ifMatch(request.headers['if-match']);
    await deps.commands.change(request.caller, request.params.id, version, { type: 'DeleteSubscription' });
    return reply.status(204).send();
  });

  const rotate = {
    summary: "Rotate a subscription's secret",
    description: 'Both secrets are valid for `overlap_seconds`. A secret is made where none is given.',
    params: SubscriptionParams,
    headers: IfMatch,
    body: SecretRotation.prefault({}),
    response: { 200: RotatedSubscription },
    answerHeaders: ['ETag'],
    problems: { 409: 'Others change the secret at the same time.', 412: OTHER_VERSION },
  };
  app.post('/v1/subscriptions/:id/rotate-secret', { schema: rotate }, async (request, reply) => {
    const { caller, params, body } = request;
    const version = ifMatch(request.headers['if-match']);
    const { subscription, secret } = await deps.commands.rotateSecret(caller, params.id, version, body);
    void reply.header('cache-control', 'no-store');
    return {
      ...show(reply, subscription),
      secret,
      previous_secret_expires_at: subscription.previousSecret?.expiresAt ?? null,
    };
  });

  const flush = {
    summary: 'Flush what is being collected',
    description:
      'Every open batch of the subscription is delivered now, with what it has; while the subscription is paused, it ' +
      'is held. Events that the router has not come to are not in it.',
    params: SubscriptionParams,
    response: { 200: FlushView },
  };
  app.post('/v1/subscriptions/:id/flush', { schema: flush }, async (request) => {
    const { id } = findLive(deps.directory, request.caller, request.params.id);
    await deps.recordAudit(request.caller, { type: 'BatchesFlushed', subscription_id: id });
    const flushed = await deps.flushOpenBatches(id, 0);
    if (!flushed.answered) {
      throw new Problem(503, 'Not all batches answered in time. Those that did are flushed: ask again.');
    }
    return { batches: flushed.batches, events: flushed.events };
  });

  const history = {
    summary: 'Tell who changed a subscription, and what',
    description: 'The newest version first. Deleted subscriptions have a history too.',
    params: SubscriptionParams,
    querystring: PageQuery,
    response: { 200: pageSchema(VersionChangeView) },
  };
  app.get('/v1/subscriptions/:id/history', { schema: history }, async (request, reply) => {
    const { id } = request.params;
    findKnown(deps.directory, request.caller, id);
    const leave = takePlace(reply);
    return historyPage(deps, id, request.query, abortedWhenGone(reply)).finally(leave);
  });

  for (const [verb, { change, summary, description }] of Object.entries(VERBS)) {
    const schema = {
      summary,
      description,
      params: SubscriptionParams,
      headers: IfMatch,
      response: { 200: SubscriptionView },
      answerHeaders: ['ETag'],
      problems: { 409: 'The state of the subscription does not allow it.', 412: OTHER_VERSION },
    };
    app.post(`/v1/subscriptions/:id/${verb}`, { schema }, async (request, reply) => {
      const version = ifMatch(request.headers['if-match']);
      const subscription = await deps.commands.change(request.caller, request.params.id, version, change);
      if (subscription === null) throw notFound('subscription');
      return show(reply, subscription);
    });
  }
}

/** Throws a 422 that names each plain http url, where they are not allowed. */
export function refusePlainHttp(
  allowHttp: boolean,
  given: Pick<SubscriptionPatch, 'url' | 'routes' | 'fallback'>,
): void {
  if (allowHttp) return;
  const urls = [
    { path: 'url', url: given.url },
    { path: 'fallback.url', url: given.fallback?.url },
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

/** Versions count from 1. */
const NO_VERSION = 0;

/** The version in `If-Match: "3"`; null where any will do; NO_VERSION where nothing can match. */
function ifMatch(header: string | undefined): number | null {
  if (header === undefined || header.trim() === '*') return null;
  const version = /^\s*(?:W\/)?"?(\d{1,15})"?\s*$/.exec(header)?.[1];
  return version === undefined ? NO_VERSION : Number(version);
}
