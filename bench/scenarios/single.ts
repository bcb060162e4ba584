import { countTargets, deliverBurst, type Delivered } from '../deliver.ts';
import { measureNoOps, type NoOpRates } from '../no-op/measure.ts';
import { atLeast } from '../findings.ts';
import { defineScenario } from '../scenario.ts';
import { spend, type Spent } from '../spend.ts';
import { spread } from '../statistics.ts';

const EVENT_TYPE = 'bench.single';
const WANTED_SHARE = 0.6;

/** What a delivery costs that is a workflow of its own, against a workflow that does nothing. */
export const single = defineScenario({
  name: 'single',
  shows:
    'DELIVERIES_PER_WORKFLOW=1: deliveries per second against workflows that do nothing, in the same run',
  sizes: {
    deliveries: { says: 'deliveries of a run', quick: 400, full: 5_000 },
    'warm-up': { says: 'deliveries before the first run', quick: 200, full: 1_000 },
    workflows: { says: 'workflows of each kind that do nothing', quick: 400, full: 5_000 },
    runs: { says: 'runs', quick: 3, full: 5 },
  },
  async run(bench) {
    const rig = await bench.openRig({ environment: { DELIVERIES_PER_WORKFLOW: '1' } });
    await rig.subscribe([{ path: 'all', eventType: EVENT_TYPE }]);
    bench.say('warming up');
    const all = [
      await deliverBurst(rig, { run: 'warm-up', eventType: EVENT_TYPE, events: bench.size('warm-up') }),
    ];
    const rates = { plain: [] as number[], eager: [] as number[], ours: [] as number[] };
    let spent: { readonly noOps: Spent<NoOpRates>; readonly ours: Spent<Delivered> } | null = null;
    for (let number = 1; number <= bench.size('runs'); number += 1) {
      spent = {
        noOps: await spend(rig, () => measureNoOps(rig.stack, bench.size('workflows'), bench.signal)),
        ours: await spend(rig, () =>
          deliverBurst(rig, { run: `${number}`, eventType: EVENT_TYPE, events: bench.size('deliveries') }),
        ),
      };
      const [noOps, delivered] = [spent.noOps.result, spent.ours.result];
      bench.say(
        `run ${number}: no-op ${noOps.plain.toFixed(0)} plain, ${noOps.eager.toFixed(0)} eager; ` +
          `${delivered.perSecond.toFixed(0)} deliveries/s`,
      );
      rates.plain.push(noOps.plain);
      rates.eager.push(noOps.eager);
      rates.ours.push(delivered.perSecond);
      all.push(delivered);
    }
    const { noOps, ours: deliveries } = spent!;
    const [, ours] = spread(rates.ours);
    const faster = Math.max(spread(rates.plain)[1], spread(rates.eager)[1]);
    return {
      tables: [
        {
          title: 'per second',
          columns: ['what', 'min', 'median', 'max'],
          rows: [
            ['workflows that do nothing, plain start', ...spread(rates.plain)],
            ['workflows that do nothing, eager start', ...spread(rates.eager)],
            ['deliveries, each a workflow', ...spread(rates.ours)],
          ],
        },
        {
          title: 'CPU-milliseconds in the last run; workflows that do nothing run in the bench',
          columns: ['process', 'a workflow that does nothing', 'a delivery'],
          rows: Object.keys(deliveries.cpuMs).map((part): [string, number, number] => [
            part,
            (noOps.cpuMs[part] ?? NaN) / noOps.result.workflows,
            deliveries.cpuMs[part]! / deliveries.result.tally.delivered,
          ]),
        },
      ],
      targets: [
        atLeast('share of the faster of the two', WANTED_SHARE * 100, (ours / faster) * 100, ' %'),
        ...countTargets(all),
      ],
      plots: [],
    };
  },
});
