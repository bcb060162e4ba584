/** `/v1/api-keys`: an account's admins make, list and revoke its keys. The environment's key is not among them. */
import type { LiveApiKey } from '../../../domain/api-key/api-key.ts';
import { decide, type Refusal } from '../../../domain/api-key/decide.ts';
import type { ApiKeyDirectory } from '../../../domain/api-key/directory.ts';
import type { ApiKeyUses } from '../../../domain/api-key/uses.ts';
import type { ApiKeyLog } from '../../../infra/kafka/api-key-log.ts';
import { ApiKeyParams, ApiKeyView, CreatedApiKey, NewApiKey } from '../../../schemas/api-key.ts';
import type { ApiKeyCommand } from '../../../schemas/api-key-log.ts';
import { PageQuery } from '../../../schemas/api.ts';
import { type ApiKeyId, DEFAULT_ACCOUNT_ID } from '../../../schemas/ids.ts';
import { pageOf as pageSchema } from '../../../schemas/page.ts';
import { newKey } from '../api-key-text.ts';
import { pageOf } from '../list-page.ts';
import { notFound, Problem } from '../problem.ts';
import { type Api, NoContent } from '../zod-routes.ts';

export interface ApiKeyRoutesDeps {
  readonly apiKeys: ApiKeyDirectory;
  readonly apiKeyUses: ApiKeyUses;
  readonly apiKeyLog: ApiKeyLog;
}

export function apiKeyRoutes(app: Api, deps: ApiKeyRoutesDeps): void {
  const { apiKeys, apiKeyUses, apiKeyLog } = deps;
  const view = ({ id, name, scopes, accountId, createdAt }: LiveApiKey) => ({
    id,
    name,
    scopes,
    account_id: accountId,
    created_at: createdAt,
    last_used_at: apiKeyUses.lastUsedAt(id),
  });

  const carryOut = async (apiKeyId: ApiKeyId, command: ApiKeyCommand): Promise<void> => {
    const decision = decide(command, apiKeys.get(apiKeyId), {
      apiKeyId,
      at: new Date().toISOString(),
      operatorAccountId: DEFAULT_ACCOUNT_ID,
    });
    if (!decision.ok) throw refused(decision.refusal);
    await apiKeyLog.appendEvents(decision.events);
    // The log will tell it again, which does no harm: so a key works, or no longer does, once this is answered.
    for (const event of decision.events) apiKeys.apply(event);
  };

  const create = {
    summary: 'Make an API key',
    description:
      'The key is shown in this answer and never again. Only an admin of the account `default` makes keys for ' +
      'another account, which need not exist before.',
    body: NewApiKey,
    response: { 201: CreatedApiKey },
    problems: { 404: 'Another admin has revoked it already.' },
  };
  app.post('/v1/api-keys', { schema: create }, async (request, reply) => {
    const { name, scopes, account_id: accountId = request.caller.accountId } = request.body;
    const { id, key, hash } = newKey();
    await carryOut(id, { type: 'CreateApiKey', by: request.caller, accountId, name, scopes, keyHash: hash });
    const made = apiKeys.get(id);
    // Another admin may have seen it in the list and revoked it already.
    if (made.status !== 'live') throw notFound('API key');
    const { id: _id, ...rest } = view(made);
    return reply
      .status(201)
      .header('cache-control', 'no-store')
      .send({ id, key, ...rest });
  });

  const list = {
    summary: 'List API keys',
    description: "The account's keys, the newest first, without the keys themselves.",
    querystring: PageQuery,
    response: { 200: pageSchema(ApiKeyView) },
  };
  app.get('/v1/api-keys', { schema: list }, (request) => {
    const page = pageOf(apiKeys.listOf(request.caller.accountId), request.query);
    return { data: page.items.map(view), next_cursor: page.nextCursor };
  });

  const revoke = {
    summary: 'Revoke an API key',
    description: 'For good.',
    params: ApiKeyParams,
    response: { 204: NoContent },
  };
  app.delete('/v1/api-keys/:id', { schema: revoke }, async (request, reply) => {
    await carryOut(request.params.id, { type: 'RevokeApiKey', by: request.caller });
    return reply.status(204).send();
  });
}

function refused(refusal: Refusal): Problem {
  switch (refusal.code) {
    case 'not_found':
      return notFound('API key');
    case 'already_exists':
      return new Problem(409, 'There is an API key with this id already.');
    case 'foreign_account':
      return new Problem(
        403,
        `account_id: only an admin of "${DEFAULT_ACCOUNT_ID}" makes keys for another account.`,
      );
  }
}
