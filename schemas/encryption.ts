/** Encryption keys as operators see them: what one is asked for, and what is answered. Keys themselves are never told. */
import { z } from 'zod';
import { SubscriptionId } from './ids.ts';

const LIMIT = 'expected a number from 1 to 250';
const EXAMPLE_KEY_ID = '5fd924625f6ab16a';
const EXAMPLE_SUBSCRIPTION = 'wh_4f9Kq2Zt7mXc1LbR8sVd';

const keyId = z.string().meta({ description: 'The first 16 hex digits of the SHA-256 of the key.' });

/** `POST /v1/encryption/rotate`: one page of the work, after the subscription that `cursor` names. */
export const EncryptionRotation = z
  .strictObject({
    limit: z.int(LIMIT).min(1, LIMIT).max(250, LIMIT).default(50),
    cursor: SubscriptionId.optional().meta({
      description: 'The `next_cursor` of the page before. A rotation begins without.',
    }),
  })
  .meta({ id: 'EncryptionRotation', examples: [{ limit: 20 }] });

/**
 * Why something of a subscription is not under the current key. `unknown_key`: a key that sealed it is not configured.
 * `unreadable`: it was tampered with. `no_worker`: its actor did not answer in time, and may still carry it out.
 * `sealed_anew_with_older_key`: it was changed meanwhile by a process whose current key is an older one.
 */
const ReencryptionFailure = z.enum(['unknown_key', 'unreadable', 'no_worker', 'sealed_anew_with_older_key']);
export type ReencryptionFailure = z.infer<typeof ReencryptionFailure>;

/** What a page of the work came to. */
export const EncryptionRotationView = z
  .object({
    current_key_id: keyId,
    total: z.int().meta({ description: 'Subscriptions of all accounts.' }),
    reencrypted: z.int(),
    fresh: z.int().meta({ description: 'Those of which all was under the current key already.' }),
    failed: z.array(z.object({ subscription_id: SubscriptionId, reason: ReencryptionFailure })),
    next_cursor: SubscriptionId.nullable().meta({ description: 'Null after the last page.' }),
  })
  .meta({
    id: 'EncryptionRotationPage',
    examples: [
      {
        current_key_id: EXAMPLE_KEY_ID,
        total: 412,
        reencrypted: 19,
        fresh: 1,
        failed: [],
        next_cursor: EXAMPLE_SUBSCRIPTION,
      },
    ],
  });

/** What is under which key. */
export const EncryptionView = z
  .object({
    current_key_id: keyId,
    rotated_at: z.iso
      .datetime()
      .nullable()
      .meta({ description: 'When a rotation to the current key last began; null where none has.' }),
    older_workflows: z.int().nullable().meta({
      description:
        'Running workflows that began before then, and may need an older key; null while that cannot be told.',
    }),
    keys: z.array(
      z.object({
        id: keyId,
        current: z.boolean(),
        configured: z.boolean(),
        subscriptions: z.int().meta({ description: 'How many hold something under this key.' }),
        removable: z.boolean().meta({ description: 'Nothing needs it any more.' }),
      }),
    ),
  })
  .meta({
    id: 'Encryption',
    examples: [
      {
        current_key_id: EXAMPLE_KEY_ID,
        rotated_at: '2024-01-15T10:30:05.123Z',
        older_workflows: 0,
        keys: [
          { id: EXAMPLE_KEY_ID, current: true, configured: true, subscriptions: 412, removable: false },
          { id: 'b0a1c2d3e4f50617', current: false, configured: true, subscriptions: 0, removable: true },
        ],
      },
    ],
  });
