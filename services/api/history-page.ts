/** The history of a subscription as the API shows it: who changed what and when, page by page. */
import { versionChanges, type VersionChange } from '../../domain/subscription/changes.ts';
import type { Sealer } from '../../infra/crypto/sealed-secret.ts';
import type { PageQuery } from '../../schemas/api.ts';
import type { SubscriptionId } from '../../schemas/ids.ts';
import type { Sealed, SubscriptionEvent } from '../../schemas/subscription-log.ts';
import { invalidFields } from './problem.ts';

/** Every change of a subscription, as the log has them. Rejects with the reason of `signal` when that is aborted. */
export type ReadHistory = (id: SubscriptionId, signal: AbortSignal) => Promise<readonly SubscriptionEvent[]>;

export interface HistoryPageDeps {
  readonly readHistory: ReadHistory;
  readonly sealer: Sealer;
}

export interface HistoryPage {
  /** Newest first. */
  readonly data: readonly VersionChange[];
  readonly next_cursor: string | null;
}

/**
 * The next `limit` versions before the cursor, which is the last version that was shown. Reads the whole log for it;
 * rejects with the reason of `signal` when that is aborted. Throws a 422 for a cursor that is none of ours.
 */
export async function historyPage(
  { readHistory, sealer }: HistoryPageDeps,
  id: SubscriptionId,
  { limit, cursor }: PageQuery,
  signal: AbortSignal,
): Promise<HistoryPage> {
  const before = cursor === undefined ? Infinity : parseCursor(cursor);
  const log = await readHistory(id, signal);
  const rest = versionChanges(log, isSame(sealer, id)).filter(({ version }) => version < before);
  const data = rest.slice(0, limit);
  const last = data.at(-1);
  return { data, next_cursor: rest.length > limit && last !== undefined ? String(last.version) : null };
}

/** What cannot be opened any more is taken for different. */
function isSame(sealer: Sealer, id: SubscriptionId): (a: Sealed, b: Sealed) => boolean {
  return (a, b) => {
    const [openedA, openedB] = [sealer.open(a, id), sealer.open(b, id)];
    return openedA.ok && openedB.ok && openedA.plain === openedB.plain;
  };
}

function parseCursor(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw invalidFields([{ path: 'cursor', message: 'expected the next_cursor of an earlier answer' }]);
}
