/** An entry of the audit log as the API shows it. */
import { z } from 'zod';
import { AccountId, ApiKeyId, SubscriptionId } from './ids.ts';

/** Who did what, when, to which thing, and from where. */
export const AuditEntryView = z
  .object({
    id: z.string(),
    account_id: AccountId,
    at: z.iso.datetime(),
    actor: z.string().meta({ description: '`key:<id>` of an API key, or `system:<part>`.' }),
    source_ip: z.string().nullable().meta({ description: 'Null where no request asked for it.' }),
    type: z.string().meta({ description: 'Such as SubscriptionUpdated or SecretRevealed.' }),
    subscription_id: SubscriptionId.nullable(),
    api_key_id: ApiKeyId.nullable(),
    event_type: z.string().nullable(),
    version: z
      .int()
      .min(1)
      .nullable()
      .meta({ description: 'That the change made, where there are versions.' }),
    details: z.record(z.string(), z.unknown()),
  })
  .meta({
    id: 'AuditEntry',
    examples: [
      {
        id: 'aud_7Hd2kQ9sLw4XnB5vYt3R',
        account_id: 'default',
        at: '2024-01-15T10:30:05.123Z',
        actor: 'key:key_3Hs8dKq0ZpW1xYc7',
        source_ip: '192.0.2.17',
        type: 'SecretRevealed',
        subscription_id: 'wh_4f9Kq2Zt7mXc1LbR8sVd',
        api_key_id: null,
        event_type: null,
        version: null,
        details: {},
      },
    ],
  });
