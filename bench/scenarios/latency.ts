import { countTargets, deliverBurst, type Delivered, deliverPaced, latenciesOf } from '../deliver.ts';
import { atMost } from '../findings.ts';
import { defineScenario } from '../scenario.ts';
import { quantile } from '../statistics.ts';

const EVENT_TYPE = 'bench.latency';
const WANTED_MEDIAN_MS = 20;
const WANTED_P99_MS = 80;
/** Quiet times go other ways than a burst: what goes them first is slow, whatever the warm-up. */
const QUIET_WARM_UP_SECONDS = 5;
const QUANTILES = [0.5, 0.9, 0.99, 1];

/** How long a delivery takes in quiet times, and when the machine is half busy. */
export const latency = defineScenario({
  name: 'latency',
  shows: 'milliseconds from Kafka to the endpoint, at a quiet rate and at half of what the stack can do',
  sizes: {
    rate: { says: 'events per second in quiet times', quick: 20, full: 20 },
    seconds: { says: 'how long each rate is kept', quick: 20, full: 120 },
    'warm-up': { says: 'deliveries before the first run', quick: 100, full: 5_000 },
    burst: { says: 'deliveries that tell what the stack can do', quick: 400, full: 50_000 },
  },
  async run(bench) {
    const rig = await bench.openRig();
    await rig.subscribe([{ path: 'all', eventType: EVENT_TYPE }]);
    bench.say('warming up');
    const warm = await deliverBurst(rig, {
      run: 'warm-up',
      eventType: EVENT_TYPE,
      events: bench.size('warm-up'),
    });
    const warmQuiet = await deliverPaced(
      rig,
      { run: 'quiet warm-up', eventType: EVENT_TYPE, events: bench.size('rate') * QUIET_WARM_UP_SECONDS },
      bench.size('rate'),
    );
    const paced = (run: string, perSecond: number): Promise<Delivered> => {
      bench.say(`${run}: ${perSecond.toFixed(0)}/s for ${bench.size('seconds')} s`);
      const events = Math.ceil(perSecond * bench.size('seconds'));
      return rig.measured(() => deliverPaced(rig, { run, eventType: EVENT_TYPE, events }, perSecond));
    };
    const quiet = await paced('quiet', bench.size('rate'));
    const burst = await deliverBurst(rig, {
      run: 'burst',
      eventType: EVENT_TYPE,
      events: bench.size('burst'),
    });
    bench.say(`at most ${burst.perSecond.toFixed(0)}/s`);
    const half = await paced('half', Math.max(1, burst.perSecond / 2));

    const quietMs = await latenciesOf(rig, quiet);
    const halfMs = await latenciesOf(rig, half);
    const rowOf = (name: string, values: readonly number[]): [string, ...number[]] => [
      name,
      ...QUANTILES.map((q) => quantile(values, q)),
    ];
    const halfRate = (burst.perSecond / 2).toFixed(0);
    return {
      tables: [
        {
          title: 'milliseconds to the arrival',
          columns: ['since', 'median', 'p90', 'p99', 'max'],
          rows: [
            rowOf(`the event was sent, ${bench.size('rate')}/s`, quietMs.sinceSent),
            rowOf(`Kafka had it, ${bench.size('rate')}/s`, quietMs.sinceTaken),
            rowOf(`the event was sent, ${halfRate}/s`, halfMs.sinceSent),
            rowOf(`Kafka had it, ${halfRate}/s`, halfMs.sinceTaken),
          ],
        },
      ],
      targets: [
        atMost(
          'median in quiet times, since sent',
          WANTED_MEDIAN_MS,
          quantile(quietMs.sinceSent, 0.5),
          ' ms',
        ),
        atMost('p99 in quiet times, since sent', WANTED_P99_MS, quantile(quietMs.sinceSent, 0.99), ' ms'),
        ...countTargets([warm, warmQuiet, quiet, burst, half]),
      ],
      plots: [
        {
          name: 'quantiles',
          title: 'Latency from sending to arrival',
          xLabel: 'percent of deliveries',
          yLabel: 'ms',
          xIsLogarithmic: false,
          lines: [
            { name: `${bench.size('rate')}/s`, points: quantilesOf(quietMs.sinceSent) },
            { name: `${halfRate}/s`, points: quantilesOf(halfMs.sinceSent) },
          ],
        },
      ],
    };
  },
});

const quantilesOf = (values: readonly number[]): [number, number][] =>
  Array.from({ length: 100 }, (_, percent) => [percent, quantile(values, percent / 100)]);
