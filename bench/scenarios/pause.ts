import { countTargets, finish } from '../deliver.ts';
import { atMost, noneOf } from '../findings.ts';
import { untilHeld } from '../held.ts';
import { memoryPlot, memoryTable } from '../memory.ts';
import { startSampling } from '../processes.ts';
import { recountTarget } from '../read-models.ts';
import { defineScenario } from '../scenario.ts';

const EVENT_TYPE = 'bench.pause';
const SAMPLE_EVERY_MS = 250;
/** How long one delivery takes to be held, at the very most. */
const HELD_WITHIN_MS = 50;
/** What a release has on the wire at most, whatever the endpoint takes. */
const ON_THE_WIRE = 128;

/** What becomes of all that came while a subscription was paused. */
export const pause = defineScenario({
  name: 'pause',
  shows:
    'how soon all that was held while a subscription was paused arrives after the resume, and in which order',
  sizes: {
    events: { says: 'events that come while the subscription is paused', quick: 500, full: 10_000 },
  },
  async run(bench) {
    const rig = await bench.openRig();
    const events = bench.size('events');
    const [id] = await rig.subscribe([{ path: 'all', eventType: EVENT_TYPE }]);
    const path = `/v1/subscriptions/${id}`;
    await rig.stack.call('POST', `${path}/pause`);

    bench.say(`holding ${events} deliveries`);
    // With one key: in one partition, so that the oldest is known.
    const published = await rig.load.burst({ run: 'held', eventType: EVENT_TYPE, events, key: 'held' });
    await untilHeld(rig, id!, events, HELD_WITHIN_MS);
    const heldSeconds = (Date.now() - published.startedAtMs) / 1_000;
    const early = await rig.receiver.tally('held');

    bench.say('resuming');
    const sampling = startSampling(() => rig.pids(), SAMPLE_EVERY_MS);
    const resumedAtMs = Date.now();
    const released = await rig.measured(async () => {
      await rig.stack.call('POST', `${path}/resume`);
      return finish(rig, 'held', published, events);
    });
    const samples = sampling.stop();
    const seconds = (released.tally.lastDeliveredAtMs - resumedAtMs) / 1_000;
    const { seq, atMs } = await rig.receiver.arrivals('held');
    // By how many places each came before its turn, or, below zero, after it.
    const ahead = [...seq].map((place, rank) => place - rank);
    return {
      tables: [
        {
          title: 'the release',
          columns: ['deliveries', 's until all held', 's to the first', 's to the last', 'per second'],
          rows: [
            [
              released.tally.delivered,
              heldSeconds,
              ((atMs[0] ?? NaN) - resumedAtMs) / 1_000,
              seconds,
              released.tally.delivered / seconds,
            ],
          ],
        },
        {
          title: 'the order, by the place among what was held',
          columns: ['furthest before its turn', 'furthest after it'],
          rows: [[largest(ahead), largest(ahead.map((places) => -places))]],
        },
        memoryTable('memory, from the resume to the last delivery', samples),
      ],
      targets: [
        noneOf('deliveries that arrive while it is paused', early.seen),
        ...countTargets([released]),
        noneOf('deliveries that arrive twice', released.tally.deliveredAgain),
        // One that is slow is overtaken by many; none may start while more older ones than that are still to come.
        atMost('places that one comes before its turn', ON_THE_WIRE, largest(ahead), ''),
        await recountTarget(rig),
      ],
      plots: [memoryPlot('memory', 'Memory while held deliveries are released', samples)],
    };
  },
});

/** Not spread over arguments: there may be a hundred thousand. */
const largest = (numbers: readonly number[]): number =>
  numbers.reduce((most, number) => Math.max(most, number), 0);
