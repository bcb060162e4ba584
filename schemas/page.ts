/** How the API answers lists: page by page. */
import { z } from 'zod';

/** A page of a list of `item`, with an example made of the item's own. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z
    .object({
      data: z.array(item),
      next_cursor: z.string().nullable().meta({
        description: 'What to send as `cursor` for the next page; null at the end.',
      }),
    })
    .meta({ examples: [{ data: item.meta()?.examples ?? [], next_cursor: null }] });
}
