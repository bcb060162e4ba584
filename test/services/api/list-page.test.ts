import { expect, it } from 'vitest';
import { pageOf } from '../../../services/api/list-page.ts';

/** Newest first, then by id: the last two are of one moment. */
const all = [
  { createdAt: '2026-01-03T00:00:00.000Z', id: 'd' },
  { createdAt: '2026-01-02T00:00:00.000Z', id: 'c' },
  { createdAt: '2026-01-01T00:00:00.000Z', id: 'a' },
  { createdAt: '2026-01-01T00:00:00.000Z', id: 'b' },
];
const shown = (list: typeof all, limit: number, cursor: string | null) => {
  const { items, nextCursor } = pageOf(list, cursor === null ? { limit } : { limit, cursor });
  return { ids: items.map(({ id }) => id).join(''), nextCursor };
};

it.each([1, 2, 3, 4, 5])('pages of %i show each item once', (limit) => {
  let ids = '';
  let cursor: string | null = null;
  do {
    const page = shown(all, limit, cursor);
    ids += page.ids;
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(ids).toBe('dcab');
});

it('a page goes on where the last item was that was shown, although that is gone', () => {
  const { nextCursor } = shown(all, 3, null);
  const left = all.filter(({ id }) => id !== 'a');
  expect(shown(left, 3, nextCursor)).toEqual({ ids: 'b', nextCursor: null });
});
