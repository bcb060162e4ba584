/** Where a page of deliveries ended, as text that means nothing to its reader. */
import { DeliveryId } from '../../schemas/ids.ts';
import { toUtcTimestamp } from '../../schemas/timestamp.ts';

/** The last delivery of a page. Lists are ordered by `createdAt` and `id`, newest first. */
export interface DeliveryPlace {
  readonly createdAt: string;
  readonly id: DeliveryId;
}

/** A cursor for the page after `place`: letters, digits, `-` and `_`. */
export const encodeCursor = ({ createdAt, id }: DeliveryPlace): string =>
  Buffer.from(`${createdAt} ${id}`).toString('base64url');

/** The place that a cursor stands for, or null where this module has not made it. */
export function decodeCursor(cursor: string): DeliveryPlace | null {
  const [time = '', name, ...rest] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const createdAt = toUtcTimestamp(time);
  const id = DeliveryId.safeParse(name);
  if (createdAt === null || !id.success || rest.length > 0) return null;
  const place = { createdAt, id: id.data };
  return encodeCursor(place) === cursor ? place : null;
}
