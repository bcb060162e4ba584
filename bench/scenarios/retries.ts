import { countTargets, finish } from '../deliver.ts';
import { memoryPlot, memoryTable } from '../memory.ts';
import { heldOf, openOf } from '../held.ts';
import { startSampling } from '../processes.ts';
import { recountTarget } from '../read-models.ts';
import { defineScenario } from '../scenario.ts';
import { until } from '../stack.ts';
import { temporalStoreBytes } from '../temporal-use.ts';

const EVENT_TYPE = 'bench.retries';
const SAMPLE_EVERY_MS = 1_000;
/** Each is tried or held, recorded and projected. */
const RECORDED_WITHIN_MS = 10;
const MEBIBYTE = 2 ** 20;

/** What very many deliveries cost that wait for their next attempt. */
export const retries = defineScenario({
  name: 'retries',
  shows:
    'memory of each process and the size of Temporal’s store while many deliveries wait at once for an endpoint that fails',
  sizes: {
    deliveries: { says: 'deliveries that fail and wait', quick: 300, full: 100_000 },
    'retry-delay': { says: 'seconds between two attempts', quick: 15, full: 300 },
  },
  async run(bench) {
    const rig = await bench.openRig();
    const deliveries = bench.size('deliveries');
    const seconds = bench.size('retry-delay');
    const retry_policy = {
      max_retries: 100,
      retry_delay: seconds,
      max_delay: seconds,
      exponential_backoff: false,
    };
    const [id] = await rig.subscribe([{ path: 'all', eventType: EVENT_TYPE, settings: { retry_policy } }]);
    await rig.receiver.behave('all', { kind: 'answer', status: 503 });
    const storeBefore = temporalStoreBytes(rig.stack);
    const sampling = startSampling(() => rig.pids(), SAMPLE_EVERY_MS);

    bench.say(`failing ${deliveries} deliveries`);
    const published = await rig.load.burst({ run: 'failed', eventType: EVENT_TYPE, events: deliveries });
    await until(
      async () => (await openOf(rig, id!)) === deliveries,
      rig.patienceMs + RECORDED_WITHIN_MS * deliveries,
      'everything to wait',
      bench.signal,
    );
    const waitingSeconds = (Date.now() - published.startedAtMs) / 1_000;
    const held = await heldOf(rig, id!);
    const storeBytes = temporalStoreBytes(rig.stack) - storeBefore;
    bench.say(`${deliveries} wait, ${held} of them held; the endpoint recovers`);
    await rig.receiver.behave('all', { kind: 'answer', status: 200 });
    const recoveredAtMs = Date.now();
    // Nothing comes until the first is due again.
    const patient = { ...rig, patienceMs: rig.patienceMs + 2_000 * seconds };
    const delivered = await finish(patient, 'failed', published, deliveries);
    const samples = sampling.stop();
    return {
      tables: [
        memoryTable('memory, from the first failure to the last delivery', samples),
        {
          title: 'the wait',
          columns: [
            'deliveries',
            'held',
            's until all wait',
            'MiB of store',
            'bytes each',
            's to deliver all',
          ],
          rows: [
            [
              deliveries,
              held,
              waitingSeconds,
              storeBytes / MEBIBYTE,
              storeBytes / deliveries,
              (delivered.tally.lastDeliveredAtMs - recoveredAtMs) / 1_000,
            ],
          ],
        },
      ],
      targets: [...countTargets([delivered]), await recountTarget(rig)],
      plots: [memoryPlot('memory', 'Memory while deliveries wait for a retry', samples)],
    };
  },
});
