/** What a subscription is, as the snapshot of `webhooks.subscriptions` keeps it. Secrets stay sealed in it. */
import { z } from 'zod';
import { AccountId, SubscriptionId } from './ids.ts';
import { Sealed, StoredSettings } from './subscription-log.ts';

/**
 * Raise it with every change of `StoredSubscription`, and of what the log's events do to a subscription: a snapshot
 * of another format is left alone, and one of this format is made from the log's beginning.
 */
export const SNAPSHOT_FORMAT = 1;

/** One subscription after all of its events up to `version`. */
export const StoredSubscription = z.discriminatedUnion('status', [
  z.object({
    status: z.enum(['active', 'paused', 'disabled']),
    id: SubscriptionId,
    accountId: AccountId,
    version: z.int().min(1),
    settings: StoredSettings,
    secret: Sealed,
    previousSecret: z.object({ secret: Sealed, expiresAt: z.string() }).nullable(),
    statusReason: z.string().nullable(),
    activeSince: z.string(),
    createdAt: z.string(),
    updatedAt: z.string(),
  }),
  z.object({
    status: z.literal('deleted'),
    id: SubscriptionId,
    accountId: AccountId,
    version: z.int().min(1),
  }),
]);
export type StoredSubscription = z.infer<typeof StoredSubscription>;
