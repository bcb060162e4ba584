import { setTimeout as delay } from 'node:timers/promises';
import { countTargets, deliverBurst, type Delivered, deliverPaced } from '../deliver.ts';
import { cpuBetween, usesOf } from '../processes.ts';
import { recountTarget } from '../read-models.ts';
import type { Rig } from '../rig.ts';
import { defineScenario } from '../scenario.ts';
import { temporalStoreBytes, type TemporalUse, temporalUseSince } from '../temporal-use.ts';

const EVENT_TYPE = 'bench.cost';

/** Where the time goes. */
export const cost = defineScenario({
  name: 'cost',
  shows:
    'CPU-milliseconds of each process, Temporal history and bytes per delivery, at full load and in quiet times',
  sizes: {
    deliveries: { says: 'deliveries at full load', quick: 500, full: 100_000 },
    'warm-up': { says: 'deliveries before the first run', quick: 300, full: 10_000 },
    rate: { says: 'events per second in quiet times', quick: 20, full: 20 },
    seconds: { says: 'how long quiet times last, and how long idleness is looked at', quick: 10, full: 60 },
  },
  async run(bench) {
    const rig = await bench.openRig();
    await rig.subscribe([{ path: 'all', eventType: EVENT_TYPE }]);
    bench.say('warming up');
    const seconds = bench.size('seconds');
    const warm = await deliverBurst(rig, {
      run: 'warm-up',
      eventType: EVENT_TYPE,
      events: bench.size('warm-up'),
    });
    await temporalUseSince(rig.stack, new Date(warm.published.startedAtMs), rig.patienceMs, bench.signal);

    bench.say(`idle for ${seconds} s`);
    const beforeIdle = usesOf(rig.pids());
    await delay(seconds * 1_000, undefined, { signal: bench.signal });
    const idleMs = cpuBetween(beforeIdle, usesOf(rig.pids()));

    bench.say('full load');
    const burst = await spend(rig, () =>
      deliverBurst(rig, { run: 'burst', eventType: EVENT_TYPE, events: bench.size('deliveries') }),
    );
    bench.say(`quiet times, ${bench.size('rate')}/s`);
    const quiet = await spend(rig, () =>
      deliverPaced(
        rig,
        { run: 'quiet', eventType: EVENT_TYPE, events: bench.size('rate') * seconds },
        bench.size('rate'),
      ),
    );

    const parts = Object.keys(burst.cpuMs);
    const perDelivery = (spent: Spent, value: number): number => value / spent.delivered.tally.delivered;
    const whole = ({ cpuMs }: Spent): number =>
      parts.filter(isOurs).reduce((total, part) => total + (cpuMs[part] ?? 0), 0);
    const temporalRow = (what: string, of: (spent: Spent) => number): [string, number, number] => [
      what,
      perDelivery(burst, of(burst)),
      perDelivery(quiet, of(quiet)),
    ];
    return {
      tables: [
        {
          title: 'CPU-milliseconds per delivery; idle: milliseconds of CPU per second',
          columns: ['process', 'full load', `${bench.size('rate')}/s`, 'idle'],
          rows: [
            ...parts.map((part): [string, number, number, number] => [
              part,
              perDelivery(burst, burst.cpuMs[part]!),
              perDelivery(quiet, quiet.cpuMs[part] ?? NaN),
              (idleMs[part] ?? NaN) / seconds,
            ]),
            [
              'all but receiver and bench',
              perDelivery(burst, whole(burst)),
              perDelivery(quiet, whole(quiet)),
              parts.filter(isOurs).reduce((total, part) => total + (idleMs[part] ?? 0), 0) / seconds,
            ],
          ],
        },
        {
          title: 'Temporal, per delivery',
          columns: ['what', 'full load', `${bench.size('rate')}/s`],
          rows: [
            temporalRow('workflows', ({ temporal }) => temporal.workflows),
            temporalRow('history events', ({ temporal }) => temporal.historyEvents),
            temporalRow('bytes of history', ({ temporal }) => temporal.historyBytes),
            temporalRow('bytes of its store', ({ storeBytes }) => storeBytes),
          ],
        },
        {
          title: 'deliveries per second',
          columns: ['full load'],
          rows: [[burst.delivered.perSecond]],
        },
      ],
      targets: [...countTargets([warm, burst.delivered, quiet.delivered]), await recountTarget(rig)],
      plots: [],
    };
  },
});

interface Spent {
  readonly delivered: Delivered;
  readonly cpuMs: Readonly<Record<string, number>>;
  readonly temporal: TemporalUse;
  readonly storeBytes: number;
}

/** What is spent until the deliveries have come, their workflows have ended and the read models know of it. */
async function spend(rig: Rig, deliver: () => Promise<Delivered>): Promise<Spent> {
  const storeBefore = temporalStoreBytes(rig.stack);
  const before = usesOf(rig.pids());
  const delivered = await rig.measured(deliver);
  // Read models lag by a moment, and asking Temporal costs: half a second stands for both.
  await delay(500, undefined, { signal: rig.signal });
  const cpuMs = cpuBetween(before, usesOf(rig.pids()));
  const since = new Date(delivered.published.startedAtMs);
  const temporal = await temporalUseSince(rig.stack, since, rig.patienceMs, rig.signal);
  return { delivered, cpuMs, temporal, storeBytes: temporalStoreBytes(rig.stack) - storeBefore };
}

const isOurs = (part: string): boolean => part !== 'receiver' && part !== 'bench';
