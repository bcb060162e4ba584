import { setTimeout as delay } from 'node:timers/promises';
import { arrivalTarget, finish } from '../deliver.ts';
import { atLeast, noneOf } from '../findings.ts';
import { startKilling } from '../kill.ts';
import { recountTarget } from '../read-models.ts';
import type { Rig } from '../rig.ts';
import { defineScenario } from '../scenario.ts';

const EVENT_TYPE = 'bench.batching_kills';
const RUN = 'killed';
/** Each subscription has one, and batches of a size of its own. */
const SUBSCRIPTIONS = 10;
const LEAST_BATCH = 10;
const BATCH_TIMEOUT_SECONDS = 2;
/** After the last one that is owed: what comes twice may come late. */
const SETTLED_AFTER_MS = 10_000;

/** That batches lose nothing and double nothing, whatever dies. */
export const batchingKills = defineScenario({
  name: 'batching-kills',
  shows: 'router, worker and Temporal killed again and again: events that are in no batch, or in two',
  sizes: {
    events: { says: 'events, each for ten subscriptions with batches', quick: 500, full: 20_000 },
    rate: { says: 'events per second', quick: 50, full: 200 },
    'kill-every': { says: 'seconds between two kills', quick: 3, full: 8 },
  },
  async run(bench) {
    const rig = await bench.openRig({ endpoints: SUBSCRIPTIONS });
    await rig.subscribe(
      Array.from({ length: SUBSCRIPTIONS }, (_, endpoint) => ({
        path: `batches-${endpoint}`,
        endpoint,
        eventType: EVENT_TYPE,
        settings: {
          aggregation: { batch_size: LEAST_BATCH + endpoint, batch_timeout: BATCH_TIMEOUT_SECONDS },
        },
      })),
    );
    const events = bench.size('events');
    const killing = startKilling(
      rig.stack,
      ['router', 'worker', 'temporal'],
      bench.size('kill-every'),
      bench.say,
    );
    let published;
    let killed = 0;
    try {
      published = await rig.load.paced(
        { run: RUN, eventType: EVENT_TYPE, events },
        bench.size('rate'),
        bench.signal,
      );
    } finally {
      killed = await killing.stop();
    }
    const delivered = await finish(rig, RUN, published, events * SUBSCRIPTIONS);
    await delay(SETTLED_AFTER_MS, undefined, { signal: bench.signal });
    const { none, several } = await batchesOfEach(rig, events);
    const { requests, repeatedAttempts } = delivered.tally;
    return {
      tables: [
        {
          title: 'what came of it, in events of one subscription',
          columns: ['kills', 'owed', 'in no batch', 'in several', 'sent', 'attempts made again'],
          rows: [[killed, events * SUBSCRIPTIONS, none, several, requests, repeatedAttempts]],
        },
      ],
      targets: [
        atLeast('kills', Math.floor(events / bench.size('rate') / bench.size('kill-every') / 2), killed, ''),
        // A worker that dies with a request on the wire sends the same batch again.
        arrivalTarget([delivered]),
        noneOf('events of a subscription that are in no batch', none),
        noneOf('events of a subscription that are in several batches', several),
        await recountTarget(rig),
      ],
      plots: [],
    };
  },
});

/** Of all events of all subscriptions: how many came in no batch, and how many in more than one. */
async function batchesOfEach(
  rig: Rig,
  events: number,
): Promise<{ readonly none: number; readonly several: number }> {
  const { seq, endpoint } = await rig.receiver.arrivals(RUN);
  const batches = new Uint8Array(events * SUBSCRIPTIONS);
  // One arrival for each event of a batch, however often that was sent.
  for (const [index, event] of seq.entries()) batches[endpoint[index]! * events + event]! += 1;
  return {
    none: batches.filter((count) => count === 0).length,
    several: batches.filter((count) => count > 1).length,
  };
}
