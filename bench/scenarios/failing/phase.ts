/** What the four parts of the scenario `failing` share. */
import { type Delivered, finish } from '../../deliver.ts';
import type { Rig, SubscriptionPlan } from '../../rig.ts';
import { atMost, type Table, type Target } from '../../findings.ts';
import type { Bench } from '../../scenario.ts';

export type FailingSize =
  'part' | 'deliveries' | 'rate' | 'down' | 'slow' | 'retry-delay' | 'endpoints' | 'kill-every';

/** What a part is given. */
export interface Phase {
  readonly bench: Bench<FailingSize>;
  readonly rig: Rig;
}

export interface PhaseFindings {
  readonly tables: readonly Table[];
  readonly targets: readonly Target[];
  readonly delivered: readonly Delivered[];
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
 * That what one endpoint got after `sinceMs` (milliseconds since 1970) came oldest first: how many places the one
 * was away from its own that was furthest from it.
 */
export async function orderTarget(
  says: string,
  rig: Rig,
  run: string,
  ofEndpoint: number,
  sinceMs: number,
): Promise<Target> {
  const { seq, endpoint, atMs } = await rig.receiver.arrivals(run);
  const arrived = [...seq].filter((_, index) => endpoint[index] === ofEndpoint && atMs[index]! >= sinceMs);
  const placeOf = new Map([...arrived].sort((a, b) => a - b).map((number, place) => [number, place]));
  const away = arrived.map((number, place) => Math.abs(placeOf.get(number)! - place));
  return atMost(
    says,
    WANTED_PLACES,
    away.reduce((furthest, one) => Math.max(furthest, one), 0),
    ' places',
  );
}
