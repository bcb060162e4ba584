import { setTimeout as delay } from 'node:timers/promises';
import { countTargets, deliverBurst, type Delivered, deliverPaced } from '../deliver.ts';
import { cpuBetween, usesOf } from '../processes.ts';
import { recountTarget } from '../read-models.ts';
import type { Rig } from '../rig.ts';
import { defineScenario } from '../scenario.ts';
import { ourCpuMs, spend, type Spent } from '../spend.ts';
import { type TemporalUse, temporalUseSince } from '../temporal-use.ts';

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
    const burst = await measure(rig, () =>
      deliverBurst(rig, { run: 'burst', eventType: EVENT_TYPE, events: bench.size('deliveries') }),
    );
    bench.say(`quiet times, ${bench.size('rate')}/s`);
    const quiet = await measure(rig, () =>
      deliverPaced(
        rig,
        { run: 'quiet', eventType: EVENT_TYPE, events: bench.size('rate') * seconds },
        bench.size('rate'),
      ),
    );

    const parts = Object.keys(burst.cpuMs);
    const perDelivery = (spent: Measured, value: number): number => value / spent.result.tally.delivered;
    const temporalRow = (what: string, of: (spent: Measured) => number): [string, number, number] => [
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
              perDelivery(burst, ourCpuMs(burst.cpuMs)),
              perDelivery(quiet, ourCpuMs(quiet.cpuMs)),
              ourCpuMs(idleMs) / seconds,
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
            temporalRow('bytes of its store', ({ storedBytes }) => storedBytes.temporal),
          ],
        },
        {
          title: 'deliveries per second',
          columns: ['full load'],
          rows: [[burst.result.perSecond]],
        },
      ],
      targets: [...countTargets([warm, burst.result, quiet.result]), await recountTarget(rig)],
      plots: [],
    };
  },
});

/** With what Temporal holds of it, once its workflows have ended. */
interface Measured extends Spent<Delivered> {
  readonly temporal: TemporalUse;
}

async function measure(rig: Rig, deliver: () => Promise<Delivered>): Promise<Measured> {
  const spent = await spend(rig, deliver);
  const since = new Date(spent.result.published.startedAtMs);
  return { ...spent, temporal: await temporalUseSince(rig.stack, since, rig.patienceMs, rig.signal) };
}
