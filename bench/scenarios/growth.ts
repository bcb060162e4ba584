import { countTargets, deliverBurst, type Delivered } from '../deliver.ts';
import { recountTarget } from '../read-models.ts';
import { defineScenario } from '../scenario.ts';

const EVENT_TYPE = 'bench.growth';
const SUBSCRIPTIONS = [1, 10, 100, 1_000];
const SMALLEST_EVENTS = 1_000;
const STEP = 10;

/** Whether it stays as fast with more subscriptions, and with more events. */
export const growth = defineScenario({
  name: 'growth',
  shows:
    'deliveries per second with 1 to 1,000 subscriptions, each event to one of them, and from 1,000 events on',
  sizes: {
    deliveries: { says: 'deliveries for each number of subscriptions', quick: 300, full: 50_000 },
    'max-subscriptions': { says: 'the largest number of subscriptions', quick: 1_000, full: 1_000 },
    'max-events': { says: 'the largest number of events, tenfold from 1,000', quick: 1_000, full: 1_000_000 },
  },
  async run(bench) {
    const rig = await bench.openRig();
    const all: Delivered[] = [];
    const bySubscriptions: [number, number][] = [];
    const byEvents: [number, number][] = [];
    const runOnce = async (run: string, subscriptions: number, events: number): Promise<number> => {
      const tenantOf = (seq: number): string => `t${seq % subscriptions}`;
      const delivered = await rig.measured(() =>
        deliverBurst(rig, { run, eventType: EVENT_TYPE, events, tenantOf }),
      );
      bench.say(`${subscriptions} subscriptions, ${events} events: ${delivered.perSecond.toFixed(0)}/s`);
      all.push(delivered);
      return delivered.perSecond;
    };

    let seeded = 0;
    for (const subscriptions of SUBSCRIPTIONS.filter((count) => count <= bench.size('max-subscriptions'))) {
      const known = seeded;
      await rig.seed(subscriptions - known, (position) => ({
        path: `t${known + position}`,
        eventType: EVENT_TYPE,
        tenant: `t${known + position}`,
      }));
      seeded = subscriptions;
      await runOnce(`warm-up-${subscriptions}`, subscriptions, Math.ceil(bench.size('deliveries') / 4));
      const rate = await runOnce(`subscriptions-${subscriptions}`, subscriptions, bench.size('deliveries'));
      bySubscriptions.push([subscriptions, rate]);
    }
    for (let events = SMALLEST_EVENTS; events <= bench.size('max-events'); events *= STEP) {
      byEvents.push([events, await runOnce(`events-${events}`, seeded, events)]);
    }
    const plot = { yLabel: 'deliveries/s', xIsLogarithmic: true };
    return {
      tables: [
        {
          title: 'deliveries per second by subscriptions',
          columns: ['subscriptions', 'per second'],
          rows: bySubscriptions,
        },
        { title: 'deliveries per second by events', columns: ['events', 'per second'], rows: byEvents },
      ],
      targets: [...countTargets(all), await recountTarget(rig)],
      plots: [
        {
          ...plot,
          name: 'subscriptions',
          title: 'Deliveries per second by subscriptions',
          xLabel: 'subscriptions',
          lines: [{ name: 'one match each', points: bySubscriptions }],
        },
        {
          ...plot,
          name: 'events',
          title: 'Deliveries per second by events',
          xLabel: 'events',
          lines: [{ name: `${seeded} subscriptions`, points: byEvents }],
        },
      ],
    };
  },
});
