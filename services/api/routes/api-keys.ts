/** `/v1/api-keys`: an account's admins make, list and revoke its keys. The environment's key is not among them. */
import type { FastifyInstance } from 'fastify';
import type { LiveApiKey } from '../../../domain/api-key/api-key.ts';
import { decide, type Refusal } from '../../../domain/api-key/decide.ts';
import type { ApiKeyDirectory } from '../../../domain/api-key/directory.ts';
import type { ApiKeyUses } from '../../../domain/api-key/uses.ts';
import type { ApiKeyLog } from '../../../infra/kafka/api-key-log.ts';
import { ApiKeyParams, NewApiKey } from '../../../schemas/api-key.ts';
import type { ApiKeyCommand } from '../../../schemas/api-key-log.ts';
import { PageQuery } from '../../../schemas/api.ts';
import { type ApiKeyId, DEFAULT_ACCOUNT_ID } from '../../../schemas/ids.ts';
import { newKey } from '../api-key-text.ts';
import { pageOf } from '../list-page.ts';
import { parse } from '../parse.ts';
import { notFound, Problem } from '../problem.ts';

export interface ApiKeyRoutesDeps {
  readonly apiKeys: ApiKeyDirectory;
  readonly apiKeyUses: ApiKeyUses;
  readonly apiKeyLog: ApiKeyLog;
}

export function apiKeyRoutes(app: FastifyInstance, deps: ApiKeyRoutesDeps): void {
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

  app.post('/v1/api-keys', async (request, reply) => {
    const { name, scopes, account_id: accountId = request.caller.accountId } = parse(NewApiKey, request.body);
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

  app.get('/v1/api-keys', (request) => {
    const page = pageOf(apiKeys.listOf(request.caller.accountId), parse(PageQuery, request.query));
    return { data: page.items.map(view), next_cursor: page.nextCursor };
  });

  app.delete('/v1/api-keys/:id', async (request, reply) => {
    const params = ApiKeyParams.safeParse(request.params);
    if (!params.success) throw notFound('API key');
    await carryOut(params.data.id, { type: 'RevokeApiKey', by: request.caller });
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
