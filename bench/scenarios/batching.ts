import { MOST_HISTORY } from '../../domain/batch/keeping-up.ts';
import { BATCH_ACTOR } from '../../workflows/messages.ts';
import { countTargets, deliverBurst, type Delivered } from '../deliver.ts';
import { atLeast, atMost, type Target } from '../findings.ts';
import type { EventPlan } from '../load.ts';
import { memoryTargets } from '../memory.ts';
import { type Sample, startSampling } from '../processes.ts';
import { recountTarget } from '../read-models.ts';
import type { Rig } from '../rig.ts';
import { defineScenario } from '../scenario.ts';
import { ourCpuMs, spend } from '../spend.ts';

/** Null: each event alone. */
const BATCH_SIZES = [null, 10, 100] as const;
/** The runs. Alone first and last, and the better of both counts: whatever comes first finds everything cold. */
const RUNS = [null, 10, 100, null] as const;
const BATCH_TIMEOUT_SECONDS = 2;
const SAMPLE_EVERY_MS = 1_000;

/** What batches save, and that one actor takes any number of events. */
export const batching = defineScenario({
  name: 'batching',
  shows:
    'CPU-milliseconds per event in batches of 10 and of 100 against alone, and the history of their actors',
  sizes: {
    events: { says: 'events of each run, all for one subscription', quick: 5_000, full: 100_000 },
    'warm-up': { says: 'events before each run', quick: 200, full: 5_000 },
  },
  async run(bench) {
    const rig = await bench.openRig();
    const ids = await rig.subscribe(
      BATCH_SIZES.map((size) => ({
        path: typeOf(size),
        eventType: typeOf(size),
        settings: {
          aggregation: size === null ? null : { batch_size: size, batch_timeout: BATCH_TIMEOUT_SECONDS },
        },
      })),
    );
    const spent: Spent[] = [];
    for (const [index, size] of RUNS.entries()) {
      bench.say(nameOf(size));
      // What compresses to nothing would leave the histories short, whatever is in them.
      const plan = { eventType: typeOf(size), isNoise: true };
      await deliverBurst(rig, { ...plan, run: `warm-up ${index}`, events: bench.size('warm-up') });
      spent.push(await deliverSampled(rig, { ...plan, run: `run ${index}`, events: bench.size('events') }));
    }

    const batched = spent.slice(1, -1);
    const alone = Math.min(perEvent(spent[0]!), perEvent(spent.at(-1)!));
    const parts = Object.keys(spent[0]!.cpuMs);
    const columns = [...BATCH_SIZES.map(nameOf), 'alone again'];
    const batchColumns = columns.slice(1, -1);
    const actors = await Promise.all(
      BATCH_SIZES.slice(1).map((size, index) => runsOf(rig, `batch:${ids[index + 1]!}:${typeOf(size)}`)),
    );
    return {
      tables: [
        {
          title: 'CPU-milliseconds per event',
          columns: ['process', ...columns],
          rows: [
            ...parts.map((part): [string, ...number[]] => [
              part,
              ...spent.map(({ cpuMs, delivered }) => (cpuMs[part] ?? NaN) / delivered.tally.delivered),
            ]),
            ['all but receiver and bench', ...spent.map(perEvent)],
          ],
        },
        {
          title: 'events per second',
          columns,
          rows: [spent.map(({ delivered }) => delivered.perSecond)],
        },
        {
          title: 'the worker, MB resident',
          columns: ['when', ...columns],
          rows: [
            ['at the start', ...spent.map(({ workerMb }) => workerMb[0]!)],
            ['at most', ...spent.map(({ workerMb }) => Math.max(...workerMb))],
            ['at the end', ...spent.map(({ workerMb }) => workerMb.at(-1)!)],
          ],
        },
        {
          title: 'the actors, warm-up included',
          columns: ['what', ...batchColumns],
          rows: [
            ['runs', ...actors.map((runs) => runs.length)],
            ['longest history, events', ...actors.map((runs) => highestOf(runs, ({ events }) => events))],
            ['largest history, KB', ...actors.map((runs) => highestOf(runs, ({ bytes }) => bytes) / 1_000)],
          ],
        },
      ],
      targets: [
        ...batched.map((one, index) =>
          atMost(`CPU per event in ${batchColumns[index]!}, against alone`, 1, perEvent(one) / alone, '×'),
        ),
        ...actors.flatMap((runs, index) => historyTargets(`the actor of ${batchColumns[index]!}`, runs)),
        ...batched.flatMap(({ samples }) => memoryTargets(samples, { worker: WORKER_MEBIBYTES })),
        ...countTargets(spent.map(({ delivered }) => delivered)),
        await recountTarget(rig),
      ],
      plots: [],
    };
  },
});

/** Temporal ends a workflow whose history grows beyond six times as much. */
const MOST_EVENTS = MOST_HISTORY.events;
/** Routers stop telling before; what was told by then is handed over, and stands in the history twice. */
const MOST_MEGABYTES = (2.5 * MOST_HISTORY.bytes) / 1_000_000;
/** As in the scenario `backlog`. */
const WORKER_MEBIBYTES = 500;

/** NaN, which meets no target, where Temporal lists no run. */
const highestOf = (runs: readonly Run[], of: (run: Run) => number): number =>
  runs.length === 0 ? NaN : Math.max(...runs.map(of));

/** That it has begun anew, and that no history of it is near the end. */
const historyTargets = (who: string, runs: readonly Run[]): readonly Target[] => [
  atLeast(`runs of ${who}`, 2, runs.length, ''),
  atMost(
    `longest history of ${who}`,
    MOST_EVENTS,
    highestOf(runs, ({ events }) => events),
    ' events',
  ),
  atMost(
    `largest history of ${who}`,
    MOST_MEGABYTES,
    highestOf(runs, ({ bytes }) => bytes) / 1_000_000,
    ' MB',
  ),
];

const nameOf = (size: number | null): string => (size === null ? 'alone' : `batches of ${size}`);
const typeOf = (size: number | null): string => (size === null ? 'bench.alone' : `bench.batches_${size}`);

interface Spent {
  readonly delivered: Delivered;
  readonly cpuMs: Readonly<Record<string, number>>;
  /** Once a second. */
  readonly samples: readonly Sample[];
  readonly workerMb: readonly number[];
}

async function deliverSampled(rig: Rig, plan: EventPlan): Promise<Spent> {
  const sampling = startSampling(() => rig.pids(), SAMPLE_EVERY_MS);
  const { result: delivered, cpuMs } = await spend(rig, () => deliverBurst(rig, plan));
  const samples = sampling.stop();
  const workerMb = samples.map(({ uses }) => (uses['worker']?.rssBytes ?? NaN) / 1_000_000);
  return { delivered, cpuMs, samples, workerMb };
}

const perEvent = ({ cpuMs, delivered }: Spent): number => ourCpuMs(cpuMs) / delivered.tally.delivered;

interface Run {
  readonly events: number;
  readonly bytes: number;
}

/** Of one actor, from continue-as-new to continue-as-new. */
async function runsOf({ stack }: Rig, workflowId: string): Promise<readonly Run[]> {
  const query = `WorkflowType = '${BATCH_ACTOR.workflowType}' and WorkflowId = '${workflowId}'`;
  const runs: Run[] = [];
  for await (const { runId } of stack.temporal.workflow.list({ query })) {
    const { historyLength, historySize } = await stack.temporal.workflow
      .getHandle(workflowId, runId)
      .describe();
    runs.push({ events: historyLength, bytes: historySize ?? 0 });
  }
  return runs;
}
