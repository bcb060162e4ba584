import type { Pool } from 'pg';

/**
 * Empties all read models, and forgets how far their topics were read. Running projectors need no word of it:
 * their next chunk leaves a gap, so they go back to the first record and build everything again.
 */
export async function clearReadModels(pool: Pool): Promise<void> {
  // In the order in which projectors take their locks, so that neither waits for the other in a circle.
  await pool.query('truncate projection_offsets, deliveries, attempts, response_times, subscription_stats');
}
