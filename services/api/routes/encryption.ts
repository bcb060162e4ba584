/**
 * `/v1/encryption`: under which keys secrets are sealed, and how operators put all of them under the newest one. Work
 * goes on page by page, so that a rotation of any size shows its progress and can be broken off and taken up again.
 */
import pMap from 'p-map';
import type { SubscriptionDirectory } from '../../../domain/subscription/directory.ts';
import { sealedValuesOf } from '../../../domain/subscription/sealed-values.ts';
import { keyIdOf, type KeyRing } from '../../../infra/crypto/sealed-secret.ts';
import type { AuditQueries } from '../../../infra/postgres/audit-queries.ts';
import { EncryptionRotation, EncryptionRotationView, EncryptionView } from '../../../schemas/encryption.ts';
import { operatorOnly } from '../authenticate.ts';
import type { RecordAudit } from '../record-audit.ts';
import type { Reencrypt } from '../reencrypt.ts';
import type { Api } from '../zod-routes.ts';

export interface EncryptionRoutesDeps {
  readonly keys: KeyRing;
  readonly directory: SubscriptionDirectory;
  readonly reencrypt: Reencrypt;
  readonly recordAudit: RecordAudit;
  readonly auditQueries: AuditQueries;
  /** How many workflows run that were started before then; null while nobody can tell. */
  readonly runningSince: (before: Date) => Promise<number | null>;
  /** Has the actors that may live for long, and were started before then, begin a new run under the key of today. */
  readonly renewStartedBefore: (before: Date) => Promise<void>;
}

/** Keys are everybody's. */
const forOperators = operatorOnly('manage encryption keys');

/** Commands at once: a page of the CLI, which so waits for a worker that is away once, and not again and again. */
const AT_ONCE = 20;

export function encryptionRoutes(app: Api, deps: EncryptionRoutesDeps): void {
  const { keys, directory, auditQueries } = deps;

  const get = {
    summary: 'Tell what is under which encryption key',
    description:
      'Only for admins of the account `default`. An older key may leave the environment once it is removable.',
    response: { 200: EncryptionView },
    problems: { 503: 'The read models cannot be asked at the moment.' },
  };
  app.get('/v1/encryption', { schema: get, preValidation: forOperators }, async () => {
    const rotatedAt = await auditQueries.encryptionRotatedAt(keys.currentKeyId);
    const olderWorkflows = rotatedAt === null ? null : await deps.runningSince(rotatedAt);
    const used = subscriptionsByKey(directory);
    const ids = new Set([keys.currentKeyId, ...keys.keys.keys(), ...used.keys()]);
    return {
      current_key_id: keys.currentKeyId,
      rotated_at: rotatedAt?.toISOString() ?? null,
      older_workflows: olderWorkflows,
      keys: [...ids].map((id) => {
        const subscriptions = used.get(id) ?? 0;
        const isCurrent = id === keys.currentKeyId;
        return {
          id,
          current: isCurrent,
          configured: keys.keys.has(id),
          subscriptions,
          removable: !isCurrent && subscriptions === 0 && olderWorkflows === 0,
        };
      }),
    };
  });

  const rotate = {
    summary: 'Put secrets under the current encryption key',
    description:
      'Only for admins of the account `default`. Takes one page of the subscriptions of all accounts; ask again with ' +
      'its `next_cursor` until that is null. It may be broken off and begun anew.',
    body: EncryptionRotation.prefault({}),
    response: { 200: EncryptionRotationView },
    problems: { 503: 'The audit log cannot be written at the moment.' },
  };
  app.post('/v1/encryption/rotate', { schema: rotate, preValidation: forOperators }, async (request) => {
    const { caller } = request;
    const { limit, cursor } = request.body;
    if (cursor === undefined) {
      await deps.recordAudit(caller, { type: 'EncryptionKeyRotated', encryption_key_id: keys.currentKeyId });
    }
    const all = directory.live();
    // By id: what is created meanwhile shifts no page, and is under the current key anyway.
    const rest = cursor === undefined ? all : all.filter(({ id }) => id > cursor);
    const page = rest.slice(0, limit);
    const results = await pMap(
      page,
      async (subscription) => ({ id: subscription.id, ...(await deps.reencrypt(subscription)) }),
      { concurrency: AT_ONCE },
    );
    const isLast = rest.length <= limit;
    if (isLast) await deps.renewStartedBefore(new Date());
    const countOf = (outcome: string): number => results.filter((one) => one.outcome === outcome).length;
    return {
      current_key_id: keys.currentKeyId,
      total: all.length,
      reencrypted: countOf('reencrypted'),
      fresh: countOf('fresh'),
      failed: results.flatMap((one) =>
        one.outcome === 'failed' ? [{ subscription_id: one.id, reason: one.reason }] : [],
      ),
      next_cursor: isLast ? null : (page.at(-1)?.id ?? null),
    };
  });
}

/** How many subscriptions hold something that this key has sealed. */
function subscriptionsByKey(directory: SubscriptionDirectory): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const subscription of directory.live()) {
    const ids = new Set(sealedValuesOf(subscription).map((sealed) => keyIdOf(sealed) ?? 'unreadable'));
    for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}
