/** What the four parts of the scenario `failing` share. */
import { type Delivered, finish } from '../../deliver.ts';
import type { Rig, SubscriptionPlan } from '../../rig.ts';
import { atMost, type Table, type Target } from '../../findings.ts';
import type { Plot } from '../../plot.ts';
import type { Bench } from '../../scenario.ts';

export type FailingSize =
  'part' | 'deliveries' | 'warm-up' | 'rate' | 'down' | 'slow' | 'retry-delay' | 'endpoints' | 'kill-every';

/** What a part is given. */
export interface Phase {
  readonly bench: Bench<FailingSize>;
  readonly rig: Rig;
}

export interface PhaseFindings {
  readonly tables: readonly Table[];
  /** Counts: they hold whatever is killed meanwhile. */
  readonly targets: readonly Target[];
  /** Rates, latencies, order and memory, which say nothing of a run in which processes are killed. */
  readonly undisturbed: readonly Target[];
  readonly delivered: readonly Delivered[];
  readonly plots?: readonly Plot[];
}

/** So many retries at a steady distance that no delivery is given up while an endpoint is away. */
export const persistent = (bench: Bench<FailingSize>): object => ({
  retry_policy: {
    max_retries: 100,
    retry_delay: bench.size('retry-delay'),
    max_delay: bench.size('retry-delay'),
    exponential_backoff: false,
  },
});

/** One subscription for each endpoint, whose events name the tenant `t<endpoint>`. */
export const onePerEndpoint = (
  bench: Bench<FailingSize>,
  eventType: string,
  endpoints: number,
): readonly SubscriptionPlan[] =>
  Array.from({ length: endpoints }, (_, endpoint) => ({
    path: `${eventType}-t${endpoint}`,
    endpoint,
    eventType,
    tenant: `t${endpoint}`,
    settings: persistent(bench),
  }));

/** Like `finish`, where nothing may come until the next retry is due. */
export const finishPatiently = (
  { bench, rig }: Phase,
  ...rest: Parameters<typeof finish> extends [Rig, ...infer Rest] ? Rest : never
): Promise<Delivered> =>
  finish({ ...rig, patienceMs: rig.patienceMs + 2_000 * bench.size('retry-delay') }, ...rest);

/** Several are on the wire at once, so neighbours may change places, within what goes out together. */
const WANTED_PLACES = 250;

/**
 * That what each of some endpoints got after `sinceMs` (milliseconds since 1970) came oldest first: how many places the
 * one was away from its own that was furthest from it. Missed where nothing came.
 */
export async function orderTarget(
  says: string,
  rig: Rig,
  run: string,
  endpoints: readonly number[],
  sinceMs: number,
): Promise<Target> {
  const { seq, endpoint, atMs } = await rig.receiver.arrivals(run);
  const furthest = endpoints.map((ofEndpoint) => {
    const arrived = [...seq].filter((_, index) => endpoint[index] === ofEndpoint && atMs[index]! >= sinceMs);
    const placeOf = new Map([...arrived].sort((a, b) => a - b).map((number, place) => [number, place]));
    return arrived.reduce(
      (most, number, place) => Math.max(most, Math.abs(placeOf.get(number)! - place)),
      -1,
    );
  });
  if (Math.min(...furthest) < 0) return missed(says, `at most ${WANTED_PLACES} places`, 'nothing to order');
  return atMost(says, WANTED_PLACES, Math.max(...furthest), ' places');
}

/** A target that could not be measured, which must not go unseen. */
export const missed = (says: string, wanted: string, found: string): Target => ({
  says,
  wanted,
  found,
  isMet: false,
});
