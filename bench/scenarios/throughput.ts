import { countTargets, deliverBurst, type Delivered } from '../deliver.ts';
import { recountTarget } from '../read-models.ts';
import { atLeast } from '../findings.ts';
import { defineScenario } from '../scenario.ts';
import { spread } from '../statistics.ts';

const FAN_OUTS = [1, 10, 100];
const WANTED_PER_SECOND = 2_000;

/** From Kafka to the last arrival, with everything in between. */
export const throughput = defineScenario({
  name: 'throughput',
  shows:
    'deliveries per second from the first event sent to the last arrival, for 1, 10 and 100 subscriptions each',
  sizes: {
    deliveries: { says: 'deliveries of a run', quick: 500, full: 100_000 },
    'warm-up': { says: 'deliveries before the first run', quick: 200, full: 10_000 },
    runs: { says: 'runs of each fan-out', quick: 3, full: 5 },
    'max-fan-out': { says: 'the largest fan-out to measure', quick: 100, full: 100 },
  },
  async run(bench) {
    const rig = await bench.openRig();
    const fanOuts = FAN_OUTS.filter((fanOut) => fanOut <= bench.size('max-fan-out'));
    const typeOf = (fanOut: number): string => `bench.fan_out_${fanOut}`;
    bench.say('making subscriptions');
    await rig.subscribe(
      fanOuts.flatMap((fanOut) =>
        Array.from({ length: fanOut }, (_, index) => ({
          path: `${fanOut}-${index}`,
          eventType: typeOf(fanOut),
        })),
      ),
    );
    const runOnce = (run: string, fanOut: number, deliveries: number): Promise<Delivered> =>
      deliverBurst(rig, { run, eventType: typeOf(fanOut), events: Math.ceil(deliveries / fanOut) }, fanOut);

    bench.say('warming up');
    const all: Delivered[] = [await runOnce('warm-up', fanOuts[0]!, bench.size('warm-up'))];
    const rows: [string, number, number, number][] = [];
    for (const fanOut of fanOuts) {
      const rates: number[] = [];
      for (let number = 1; number <= bench.size('runs'); number += 1) {
        const delivered = await rig.measured(() =>
          runOnce(`${fanOut}-${number}`, fanOut, bench.size('deliveries')),
        );
        bench.say(`fan-out ${fanOut}, run ${number}: ${delivered.perSecond.toFixed(0)} deliveries/s`);
        rates.push(delivered.perSecond);
        all.push(delivered);
      }
      rows.push([String(fanOut), ...spread(rates)]);
    }
    return {
      tables: [{ title: 'deliveries per second', columns: ['fan-out', 'min', 'median', 'max'], rows }],
      targets: [
        atLeast('fan-out 1, median', WANTED_PER_SECOND, rows[0]![2], '/s'),
        ...countTargets(all),
        await recountTarget(rig),
      ],
      plots: [
        {
          name: 'fan-out',
          title: 'Deliveries per second by fan-out',
          xLabel: 'subscriptions that take each event',
          yLabel: 'deliveries/s',
          xIsLogarithmic: true,
          lines: [['min', 1] as const, ['median', 2] as const, ['max', 3] as const].map(([name, column]) => ({
            name,
            points: rows.map((row) => [Number(row[0]), row[column]] as const),
          })),
        },
      ],
    };
  },
});
