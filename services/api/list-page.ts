/** A page of a list that is in memory, newest first, then by id. */
import { z } from 'zod';
import { firstIndexWhere } from '../../domain/first-index-where.ts';
import type { PageQuery } from '../../schemas/api.ts';
import { invalidFields } from './problem.ts';

/** Where something stands in such a list. */
export interface Place {
  readonly createdAt: string;
  readonly id: string;
}

/**
 * The next `limit` of `all`, in that order, after the cursor, which names the last one that was shown. That one may be
 * gone since: its place remains. Throws a 422 for a cursor that is none of ours.
 */
export function pageOf<Item extends Place>(
  all: readonly Item[],
  { limit, cursor }: PageQuery,
): { readonly items: readonly Item[]; readonly nextCursor: string | null } {
  const after = cursor === undefined ? null : parseCursor(cursor);
  const first = after === null ? 0 : firstIndexWhere(all, (one) => comesAfter(one, after));
  const items = all.slice(first, first + limit);
  const last = items.at(-1);
  return { items, nextCursor: first + limit < all.length && last !== undefined ? cursorOf(last) : null };
}

const cursorOf = ({ createdAt, id }: Place): string =>
  Buffer.from(JSON.stringify([createdAt, id])).toString('base64url');

const Cursor = z.tuple([z.string(), z.string()]);

function parseCursor(cursor: string): Place {
  try {
    const [createdAt, id] = Cursor.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { createdAt, id };
  } catch {
    throw invalidFields([{ path: 'cursor', message: 'expected the next_cursor of an earlier answer' }]);
  }
}

const comesAfter = (one: Place, place: Place): boolean =>
  one.createdAt < place.createdAt || (one.createdAt === place.createdAt && one.id > place.id);
