import { countTargets, type Delivered, deliverPaced, latenciesOf } from '../deliver.ts';
import type { EventPlan } from '../load.ts';
import type { Rig } from '../rig.ts';
import { atMost } from '../findings.ts';
import { defineScenario } from '../scenario.ts';
import { quantile } from '../statistics.ts';

const EVENT_TYPE = 'bench.neighbour';
const HANGING_SHARE = 0.2;
const WANTED_FACTOR = 1.5;

/** Whether endpoints that hang slow the others down. */
export const noisyNeighbour = defineScenario({
  name: 'noisy-neighbour',
  shows:
    'p99 of the endpoints that answer while a fifth of all hangs, against the run before in which none does',
  sizes: {
    endpoints: { says: 'endpoints, a fifth of which hangs', quick: 50, full: 50 },
    rate: { says: 'events per second, to one endpoint after the other', quick: 20, full: 200 },
    seconds: { says: 'how long each run lasts', quick: 20, full: 120 },
    hang: { says: 'seconds after which a request to one that hangs is given up', quick: 10, full: 30 },
  },
  async run(bench) {
    const endpoints = bench.size('endpoints');
    const hanging = Math.round(endpoints * HANGING_SHARE);
    const rig = await bench.openRig({ endpoints });
    bench.say('making subscriptions');
    await rig.subscribe(
      Array.from({ length: endpoints }, (_, endpoint) => ({
        path: `t${endpoint}`,
        endpoint,
        eventType: EVENT_TYPE,
        tenant: `t${endpoint}`,
        settings: { timeout: bench.size('hang') },
      })),
    );
    const plan = (run: string): EventPlan => ({
      run,
      eventType: EVENT_TYPE,
      events: Math.ceil(bench.size('rate') * bench.size('seconds')),
      tenantOf: (seq) => `t${seq % endpoints}`,
    });
    const answers = (endpoint: number): boolean => endpoint >= hanging;

    // Else the run that is compared with would be the one in which every connection is new.
    bench.say('warming up');
    await deliverPaced(rig, plan('warm-up'), bench.size('rate'));
    bench.say('all answer');
    const clean = await rig.measured(() => deliverPaced(rig, plan('clean'), bench.size('rate')));
    bench.say(`${hanging} of ${endpoints} hang`);
    for (let endpoint = 0; endpoint < hanging; endpoint += 1) {
      // Longer than is waited for: whether it is given up is not to be a matter of milliseconds.
      await rig.receiver.behave(endpoint, { kind: 'slow', delayMs: bench.size('hang') * 2_000 });
    }
    const noisy = await rig.measured(() =>
      deliverToOthers(rig, plan('noisy'), bench.size('rate'), endpoints, answers),
    );

    const cleanMs = (await latenciesOf(rig, clean, answers)).sinceSent;
    const noisyMs = (await latenciesOf(rig, noisy, answers)).sinceSent;
    const factor = quantile(noisyMs, 0.99) / quantile(cleanMs, 0.99);
    return {
      tables: [
        {
          title: 'milliseconds from sending to arrival, of the endpoints that answer',
          columns: ['run', 'median', 'p99', 'max'],
          rows: [
            ['all answer', ...[0.5, 0.99, 1].map((q) => quantile(cleanMs, q))],
            ['a fifth hangs', ...[0.5, 0.99, 1].map((q) => quantile(noisyMs, q))],
          ],
        },
      ],
      targets: [
        atMost('p99 of the others, against the run before', WANTED_FACTOR, factor, ' times'),
        ...countTargets([clean, noisy]),
      ],
      plots: [],
    };
  },
});

/** Waits for the deliveries to endpoints that `answers` names, and owes no others. */
async function deliverToOthers(
  rig: Rig,
  plan: EventPlan,
  perSecond: number,
  endpoints: number,
  answers: (endpoint: number) => boolean,
): Promise<Delivered> {
  const published = await rig.load.paced(plan, perSecond, rig.signal);
  const expected = Array.from({ length: plan.events }, (_, seq) => seq % endpoints).filter(answers).length;
  const countOthers = (counts: readonly number[]): number =>
    counts.filter((_, endpoint) => answers(endpoint)).reduce((total, count) => total + count, 0);
  const tally = await rig.receiver.waitFor(
    plan.run,
    ({ deliveredByEndpoint }) => countOthers(deliveredByEndpoint) >= expected,
    rig.patienceMs,
    rig.signal,
  );
  const seconds = (tally.lastDeliveredAtMs - published.startedAtMs) / 1_000;
  const delivered = countOthers(tally.deliveredByEndpoint);
  return {
    run: plan.run,
    expected,
    tally: { ...tally, delivered },
    published,
    seconds,
    perSecond: delivered / seconds,
  };
}
