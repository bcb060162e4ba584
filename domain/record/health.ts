/** How well a subscription's endpoint does, from its counters. */

export interface Health {
  readonly status: 'no_data' | 'healthy' | 'degraded';
  /** Percent of the ended deliveries that succeeded. */
  readonly successRate: number;
}

/** Healthy is a success rate above this, in percent. */
const HEALTHY_ABOVE = 95;

/** Judges the counts of ended deliveries. */
export function healthOf(succeeded: number, failed: number): Health {
  const ended = succeeded + failed;
  if (ended === 0) return { status: 'no_data', successRate: 0 };
  const successRate = (succeeded / ended) * 100;
  return { status: successRate > HEALTHY_ABOVE ? 'healthy' : 'degraded', successRate };
}
