/** Answers from the read models how long a subscription has seen nothing but failures. */
import type { Pool } from 'pg';
import type { FailureLook } from '../../domain/subscription/failure-watch.ts';
import type { SubscriptionId } from '../../schemas/ids.ts';

/**
 * The failed attempts of a subscription after its latest success and after `after` (RFC 3339), and that success.
 * Rejects while PostgreSQL is away.
 */
export async function failuresOf(
  pool: Pool,
  id: SubscriptionId,
  after: string,
): Promise<Omit<FailureLook, 'active'>> {
  // What failed after the latest success belongs to a delivery that has not succeeded.
  const { rows } = await pool.query<{ success: Date | null; since: Date | null; latest: Date | null }>(
    `with success as (select max(last_success) as at from subscription_stats where subscription_id = $1)
     select success.at as success, min(attempt.ended_at) as since, max(attempt.ended_at) as latest
     from success
     left join deliveries delivery
       on delivery.subscription_id = $1 and delivery.status <> 'succeeded' and delivery.attempts > 0
       -- What fails at the fallback says nothing of the endpoint.
       and delivery.stands_in_for is null
       and delivery.updated_at > greatest(success.at, $2::timestamptz)
     left join attempts attempt
       on attempt.delivery_id = delivery.id and attempt.ended_at > greatest(success.at, $2::timestamptz)
     group by success.at`,
    [id, after],
  );
  const { success, since, latest } = rows[0] ?? {};
  return {
    failures: since && latest ? { since: since.toISOString(), latest: latest.toISOString() } : null,
    latestSuccess: success?.toISOString() ?? null,
  };
}
