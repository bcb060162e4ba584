import { countTargets, deliverBurst } from '../deliver.ts';
import { memoryPlot, memoryTable, memoryTargets } from '../memory.ts';
import { startSampling } from '../processes.ts';
import { recountTarget } from '../read-models.ts';
import { defineScenario } from '../scenario.ts';

const EVENT_TYPE = 'bench.backlog';
const SAMPLE_EVERY_MS = 1_000;
/** Mebibytes, for the full sizes. */
const WANTED_MEMORY = { router: 300, worker: 500, projector: 250 };

/** Whether a long backlog is worked off without holding more and more of it. */
export const backlog = defineScenario({
  name: 'backlog',
  shows: 'memory of each process while a backlog is drained, with many subscriptions loaded',
  sizes: {
    events: { says: 'events of the backlog', quick: 1_000, full: 1_000_000 },
    subscriptions: {
      says: 'subscriptions loaded, all but one of which wait for other events',
      quick: 1_000,
      full: 100_000,
    },
  },
  async run(bench) {
    const rig = await bench.openRig();
    bench.say(`writing ${bench.size('subscriptions')} subscriptions`);
    await rig.seed(bench.size('subscriptions'), (position) => ({
      path: String(position),
      eventType: EVENT_TYPE,
      tenant: `t${position}`,
    }));
    bench.say('draining');
    const sampling = startSampling(() => rig.pids(), SAMPLE_EVERY_MS);
    const drained = await rig.measured(() =>
      deliverBurst(rig, {
        run: 'backlog',
        eventType: EVENT_TYPE,
        events: bench.size('events'),
        tenantOf: () => 't0',
      }),
    );
    const samples = sampling.stop();
    return {
      tables: [
        memoryTable('memory over the drain', samples),
        {
          title: 'the drain',
          columns: ['events', 'seconds', 'per second'],
          rows: [[drained.expected, drained.seconds, drained.perSecond]],
        },
      ],
      targets: [
        ...memoryTargets(samples, WANTED_MEMORY),
        ...countTargets([drained]),
        await recountTarget(rig),
      ],
      plots: [memoryPlot('memory', 'Memory while a backlog is drained', samples)],
    };
  },
});
