import { setTimeout as delay } from 'node:timers/promises';
import { countTargets, type Delivered, finish } from '../deliver.ts';
import { recountTarget } from '../read-models.ts';
import { atLeast } from '../findings.ts';
import { defineScenario } from '../scenario.ts';

const EVENT_TYPE = 'bench.kills';
/** Deliveries that must have come between two kills, so that each hits a router that works. */
const BETWEEN_KILLS = 10;

/** That a router which dies sends nothing twice. */
export const kills = defineScenario({
  name: 'kills',
  shows:
    'the router killed again and again under load: what is lost, and which first attempts are made twice',
  sizes: {
    kills: { says: 'how often the router is killed', quick: 2, full: 20 },
    rate: { says: 'events per second meanwhile', quick: 30, full: 1_000 },
    'next-kill': { says: 'seconds from working again to the next kill', quick: 2, full: 3 },
  },
  async run(bench) {
    const rig = await bench.openRig();
    await rig.subscribe([{ path: 'all', eventType: EVENT_TYPE }]);
    const all: Delivered[] = [];
    let killed = 0;
    while (killed < bench.size('kills')) {
      killed += 1;
      const run = `kill-${killed}`;
      const plan = {
        run,
        eventType: EVENT_TYPE,
        events: Math.ceil(bench.size('rate') * (bench.size('next-kill') + 2)),
      };
      const publishing = rig.load.paced(plan, bench.size('rate'), bench.signal);
      // Heard of below, after the router is back.
      publishing.catch(() => undefined);
      await rig.receiver.waitFor(
        run,
        ({ seen }) => seen >= Math.min(BETWEEN_KILLS, plan.events),
        rig.patienceMs,
        bench.signal,
      );
      await delay(bench.size('next-kill') * 1_000, undefined, { signal: bench.signal });
      const router = rig.stack.pids()['router']!;
      rig.stack.signal('router', 'SIGKILL');
      bench.say(`killed the router, ${killed} of ${bench.size('kills')}`);
      await rig.stack.whenReplaced('router', router);
      all.push(await finish(rig, run, await publishing, plan.events));
    }
    const sumOf = (of: (one: Delivered) => number): number => all.reduce((sum, one) => sum + of(one), 0);
    return {
      tables: [
        {
          title: 'what came of it',
          columns: ['kills', 'deliveries', 'requests', 'repeated attempts', 'repeated first attempts'],
          rows: [
            [
              killed,
              sumOf(({ tally }) => tally.delivered),
              sumOf(({ tally }) => tally.requests),
              sumOf(({ tally }) => tally.repeatedAttempts),
              sumOf(({ tally }) => tally.repeatedFirstAttempts),
            ],
          ],
        },
      ],
      targets: [
        atLeast('kills of the router', bench.size('kills'), killed, ''),
        ...countTargets(all),
        await recountTarget(rig),
      ],
      plots: [],
    };
  },
});
