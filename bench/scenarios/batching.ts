import { setTimeout as delay } from 'node:timers/promises';
import { BATCH_ACTOR } from '../../workflows/messages.ts';
import { countTargets, deliverBurst, type Delivered } from '../deliver.ts';
import { atMost } from '../findings.ts';
import { cpuBetween, startSampling, usesOf } from '../processes.ts';
import { recountTarget } from '../read-models.ts';
import type { Rig } from '../rig.ts';
import { defineScenario } from '../scenario.ts';

/** Null: each event alone. */
const BATCH_SIZES = [null, 10, 100] as const;
const BATCH_TIMEOUT_SECONDS = 2;
const SAMPLE_EVERY_MS = 1_000;

/** What batches save, and that one actor takes any number of events. */
export const batching = defineScenario({
  name: 'batching',
  shows:
    'CPU-milliseconds per event in batches of 10 and of 100 against alone, and the history of their actors',
  sizes: {
    events: { says: 'events of each run, all for one subscription', quick: 500, full: 100_000 },
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
    for (const [index, size] of BATCH_SIZES.entries()) {
      bench.say(nameOf(size));
      const eventType = typeOf(size);
      await deliverBurst(rig, { run: `warm-up ${index}`, eventType, events: bench.size('warm-up') });
      spent.push(await spend(rig, { run: `run ${index}`, eventType, events: bench.size('events') }));
    }

    const [alone, ...batched] = spent;
    const parts = Object.keys(alone!.cpuMs);
    const columns = BATCH_SIZES.map(nameOf);
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
            ['all but bench', ...spent.map(perEvent)],
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
          columns: ['what', ...columns.slice(1)],
          rows: [
            ['runs', ...actors.map((runs) => runs.length)],
            [
              'longest history, events',
              ...actors.map((runs) => Math.max(...runs.map(({ events }) => events))),
            ],
            [
              'largest history, KB',
              ...actors.map((runs) => Math.max(...runs.map(({ bytes }) => bytes)) / 1_000),
            ],
          ],
        },
      ],
      targets: [
        ...batched.map((one, index) =>
          atMost(
            `CPU per event in ${columns[index + 1]!}, against alone`,
            1,
            perEvent(one) / perEvent(alone!),
            '×',
          ),
        ),
        atMost(
          'longest history of an actor',
          HISTORY_LIMIT,
          Math.max(...actors.flat().map(({ events }) => events)),
          ' events',
        ),
        ...countTargets(spent.map(({ delivered }) => delivered)),
        await recountTarget(rig),
      ],
      plots: [],
    };
  },
});

/** Temporal ends a workflow whose history grows beyond this. */
const HISTORY_LIMIT = 51_200;

const nameOf = (size: number | null): string => (size === null ? 'alone' : `batches of ${size}`);
const typeOf = (size: number | null): string => (size === null ? 'bench.alone' : `bench.batches_${size}`);

interface Spent {
  readonly delivered: Delivered;
  readonly cpuMs: Readonly<Record<string, number>>;
  /** Once a second. */
  readonly workerMb: readonly number[];
}

async function spend(rig: Rig, plan: { run: string; eventType: string; events: number }): Promise<Spent> {
  const before = usesOf(rig.pids());
  const sampling = startSampling(() => rig.pids(), SAMPLE_EVERY_MS);
  const delivered = await rig.measured(() => deliverBurst(rig, plan));
  // Read models lag by a moment.
  await delay(500, undefined, { signal: rig.signal });
  const cpuMs = cpuBetween(before, usesOf(rig.pids()));
  const workerMb = sampling.stop().map(({ uses }) => (uses['worker']?.rssBytes ?? NaN) / 1_000_000);
  return { delivered, cpuMs, workerMb };
}

const perEvent = ({ cpuMs, delivered }: Spent): number =>
  Object.entries(cpuMs).reduce((sum, [part, ms]) => (part === 'bench' ? sum : sum + ms), 0) /
  delivered.tally.delivered;

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
