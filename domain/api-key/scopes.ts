/** Which scope takes in which. */
import type { Scope } from '../../schemas/api-key-log.ts';

const RANK: Readonly<Record<Scope, number>> = { read: 1, write: 2, admin: 3 };

/** Whether one of `granted` is `needed`, or includes it. */
export const allows = (granted: readonly Scope[], needed: Scope): boolean =>
  granted.some((scope) => RANK[scope] >= RANK[needed]);
