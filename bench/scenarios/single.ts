import { countTargets, deliverBurst, type Delivered } from '../deliver.ts';
import { measureNoOps, type NoOpRates } from '../no-op/measure.ts';
import { atLeast } from '../findings.ts';
import { cpuBetween, usesOf } from '../processes.ts';
import type { Rig } from '../rig.ts';
import { type Bench, defineScenario } from '../scenario.ts';
import { spend, type Spent } from '../spend.ts';
import { spread } from '../statistics.ts';

const EVENT_TYPE = 'bench.single';
const WANTED_SHARE = 0.6;

type Size = 'deliveries' | 'warm-up' | 'workflows' | 'runs';

/** What a delivery costs that is a workflow of its own, against a workflow that does nothing. */
export const single = defineScenario<Size>({
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
    const warm = await deliverBurst(rig, {
      run: 'warm-up',
      eventType: EVENT_TYPE,
      events: bench.size('warm-up'),
    });
    const runs: Run[] = [];
    for (let number = 1; number <= bench.size('runs'); number += 1) {
      const run = await runOnce(bench, rig, `${number}`);
      const { noOps, ours } = run;
      bench.say(
        `run ${number}: no-op ${noOps.plain.toFixed(0)} plain, ${noOps.eager.toFixed(0)} eager; ` +
          `${ours.result.perSecond.toFixed(0)} deliveries/s`,
      );
      runs.push(run);
    }
    const plain = spread(runs.map(({ noOps }) => noOps.plain));
    const eager = spread(runs.map(({ noOps }) => noOps.eager));
    const ours = spread(runs.map((run) => run.ours.result.perSecond));
    const share = ours[1] / Math.max(plain[1], eager[1]);
    const last = runs[runs.length - 1]!;
    return {
      tables: [
        {
          title: 'per second',
          columns: ['what', 'min', 'median', 'max'],
          rows: [
            ['workflows that do nothing, plain start', ...plain],
            ['workflows that do nothing, eager start', ...eager],
            ['deliveries, each a workflow', ...ours],
          ],
        },
        {
          title: 'CPU-milliseconds in the last run; workflows that do nothing run in the bench',
          columns: ['process', 'a workflow that does nothing', 'a delivery'],
          rows: Object.entries(last.ours.cpuMs).map(([part, ms]): [string, number, number] => [
            part,
            (last.noOpCpuMs[part] ?? NaN) / last.noOps.workflows,
            ms / last.ours.result.tally.delivered,
          ]),
        },
      ],
      targets: [
        atLeast('share of the faster of the two', WANTED_SHARE * 100, share * 100, ' %'),
        ...countTargets([warm, ...runs.map((run) => run.ours.result)]),
      ],
      plots: [],
    };
  },
});

interface Run {
  readonly noOps: NoOpRates;
  readonly noOpCpuMs: Readonly<Record<string, number>>;
  readonly ours: Spent<Delivered>;
}

/** Workflows that do nothing, then deliveries. */
async function runOnce(bench: Bench<Size>, rig: Rig, run: string): Promise<Run> {
  const before = usesOf(rig.pids());
  const noOps = await measureNoOps(rig.stack, bench.size('workflows'), bench.signal);
  const noOpCpuMs = cpuBetween(before, usesOf(rig.pids()));
  const ours = await spend(rig, () =>
    deliverBurst(rig, { run, eventType: EVENT_TYPE, events: bench.size('deliveries') }),
  );
  return { noOps, noOpCpuMs, ours };
}
