/** What a command does to an API key: the events to append, or a refusal as a value. */
import type { ApiKeyCommand, ApiKeyEvent } from '../../schemas/api-key-log.ts';
import type { AccountId, ApiKeyId } from '../../schemas/ids.ts';
import type { ApiKey } from './api-key.ts';

/** Why a command was not carried out. */
export type Refusal =
  /** Never made, revoked, or another account's: which of the three is nobody's business. */
  | { readonly code: 'not_found' }
  | { readonly code: 'already_exists' }
  /** Only admins of the operators' account make keys for others. */
  | { readonly code: 'foreign_account' };

export type Decision =
  | { readonly ok: true; readonly events: readonly ApiKeyEvent[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** Where and when a command is decided. */
export interface DecisionContext {
  readonly apiKeyId: ApiKeyId;
  /** RFC 3339 in UTC. */
  readonly at: string;
  /** The account whose admins run the system: `default`. */
  readonly operatorAccountId: AccountId;
}

const refuse = (code: Refusal['code']): Decision => ({ ok: false, refusal: { code } });

/**
 * Decides `command` against `state`. That the one who asks is an admin is settled before. Operators bring accounts
 * to life with a first key; from then on its own admins manage them.
 */
export function decide(command: ApiKeyCommand, state: ApiKey, context: DecisionContext): Decision {
  const { by } = command;
  const envelope = {
    schema_version: 1,
    api_key_id: context.apiKeyId,
    at: context.at,
    actor: by.actor,
    source_ip: by.sourceIp,
  } as const;
  switch (command.type) {
    case 'CreateApiKey': {
      const { accountId, name, scopes, keyHash } = command;
      if (accountId !== by.accountId && by.accountId !== context.operatorAccountId)
        return refuse('foreign_account');
      if (state.status !== 'absent') return refuse('already_exists');
      const created: ApiKeyEvent = {
        ...envelope,
        type: 'ApiKeyCreated',
        account_id: accountId,
        name,
        scopes: [...scopes],
        key_hash: keyHash,
      };
      return { ok: true, events: [created] };
    }
    case 'RevokeApiKey':
      if (state.status !== 'live' || state.accountId !== by.accountId) return refuse('not_found');
      return { ok: true, events: [{ ...envelope, type: 'ApiKeyRevoked', account_id: state.accountId }] };
  }
}
