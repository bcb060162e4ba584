import { arrivalTarget, countTargets, deliverBurst, onceTargets } from '../deliver.ts';
import { atLeast } from '../findings.ts';
import { startKilling } from '../kill.ts';
import { recountTarget } from '../read-models.ts';
import { defineScenario } from '../scenario.ts';
import { allDown } from './failing/all-down.ts';
import { failFirstAttempts } from './failing/first-attempts.ts';
import { oneDown } from './failing/one-down.ts';
import type { FailingSize, Phase, PhaseFindings } from './failing/phase.ts';
import { slowHalf } from './failing/slow-half.ts';

const WARM_UP = 'bench.warm_up';
const PARTS: readonly ((phase: Phase) => Promise<PhaseFindings>)[] = [
  failFirstAttempts,
  slowHalf,
  oneDown,
  allDown,
];

/** What failing endpoints do to a stack under load. */
export const failing = defineScenario<FailingSize>({
  name: 'failing',
  shows:
    '1: a tenth of first attempts fails; 2: half of the load is slow; 3: one endpoint is down; 4: all are',
  sizes: {
    part: { says: 'only this part; 0 for all four', quick: 0, full: 0 },
    deliveries: { says: 'deliveries of each run of parts 1 to 3', quick: 300, full: 200_000 },
    'warm-up': { says: 'deliveries before the first run', quick: 100, full: 10_000 },
    rate: { says: 'events per second in parts 3 and 4', quick: 20, full: 1_000 },
    down: { says: 'seconds for which all are down in part 4', quick: 10, full: 180 },
    slow: { says: 'seconds that the slow endpoint takes in part 2', quick: 2, full: 2 },
    'retry-delay': { says: 'seconds between two attempts', quick: 5, full: 5 },
    endpoints: { says: 'endpoints in parts 3 and 4', quick: 10, full: 10 },
    'kill-every': {
      says: 'seconds between kills of router, worker or Temporal; 0 for none',
      quick: 0,
      full: 0,
    },
  },
  async run(bench) {
    const rig = await bench.openRig({ endpoints: Math.max(2, bench.size('endpoints')) });
    await rig.subscribe([{ path: 'warm-up', eventType: WARM_UP }]);
    bench.say('warming up');
    await deliverBurst(rig, { run: 'warm-up', eventType: WARM_UP, events: bench.size('warm-up') });
    const killing = startKilling(
      rig.stack,
      ['router', 'worker', 'temporal'],
      bench.size('kill-every'),
      bench.say,
    );
    const chosen = PARTS.filter((_, index) => [0, index + 1].includes(bench.size('part')));
    const found: PhaseFindings[] = [];
    let kills = 0;
    try {
      for (const part of chosen) found.push(await part({ bench, rig }));
    } finally {
      kills = await killing.stop();
    }
    const delivered = found.flatMap((part) => part.delivered);
    const isKilled = bench.size('kill-every') > 0;
    const killTable = { title: 'kills of router, worker or Temporal', columns: ['kills'], rows: [[kills]] };
    return {
      tables: [...found.flatMap(({ tables }) => tables), ...(isKilled ? [killTable] : [])],
      targets: [
        ...found.flatMap(({ targets, undisturbed }) => (isKilled ? targets : [...targets, ...undisturbed])),
        // A worker that dies with a request on the wire makes it again.
        ...(isKilled
          ? [arrivalTarget(delivered), atLeast('kills', found.length, kills, '')]
          : [...countTargets(delivered), ...onceTargets(delivered)]),
        await recountTarget(rig),
      ],
      plots: found.flatMap(({ plots = [] }) => plots),
    };
  },
});
