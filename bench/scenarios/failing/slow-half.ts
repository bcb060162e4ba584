import { setTimeout as delay } from 'node:timers/promises';
import { type Delivered, latenciesOf } from '../../deliver.ts';
import type { EventPlan, Published } from '../../load.ts';
import { atLeast, atMost, rateAtLeast } from '../../findings.ts';
import { heldOf } from '../../held.ts';
import { flatTargets, memoryPlot, memoryTable } from '../../memory.ts';
import { startSampling } from '../../processes.ts';
import { quantile } from '../../statistics.ts';
import {
  finishPatiently,
  missed,
  onePerEndpoint,
  orderTarget,
  type Phase,
  type PhaseFindings,
} from './phase.ts';

const EVENT_TYPE = 'bench.slow_half';
const FAST = 0;
const SLOW = 1;
const WANTED_SHARE = 0.9;
const WANTED_FACTOR = 1.5;
const WANTED_DRAIN_PER_SECOND = 1_000;
const SAMPLE_EVERY_MS = 1_000;
/** Longer than a projector under load waits between two transactions. */
const READ_AGAIN_MS = 2_000;
/** What holds no more the longer the slow one is slow. */
const FLAT = ['router', 'worker'] as const;

/** Half of a burst goes to an endpoint that takes its time; then that endpoint becomes fast. */
export async function slowHalf(phase: Phase): Promise<PhaseFindings> {
  const { bench, rig } = phase;
  const [, slowId] = await rig.subscribe(onePerEndpoint(bench, EVENT_TYPE, 2));
  const plan = (run: string): EventPlan => ({
    run,
    eventType: EVENT_TYPE,
    events: bench.size('deliveries'),
    tenantOf: (seq) => (seq % 2 === FAST ? 't0' : 't1'),
  });
  /** Publishes, and waits for the half that goes to the fast endpoint. */
  const deliverFastHalf = async (run: string): Promise<{ published: Published; seconds: number }> => {
    const published = await rig.load.burst(plan(run));
    const owed = Math.ceil(bench.size('deliveries') / 2);
    await rig.receiver.waitFor(
      run,
      ({ deliveredByEndpoint }) => deliveredByEndpoint[FAST]! >= owed,
      rig.patienceMs,
      bench.signal,
    );
    const { endpoint, atMs } = await rig.receiver.arrivals(run);
    const last = Math.max(...[...atMs].filter((_, index) => endpoint[index] === FAST));
    return { published, seconds: (last - published.startedAtMs) / 1_000 };
  };
  const p99 = async (delivered: Delivered): Promise<number> =>
    quantile((await latenciesOf(rig, delivered, (endpoint) => endpoint === FAST)).sinceSent, 0.99);

  bench.say('2: both halves are fast');
  const cleanHalf = await rig.measured(() => deliverFastHalf('half-clean'));
  const clean = await finishPatiently(phase, 'half-clean', cleanHalf.published, bench.size('deliveries'));
  bench.say(`2: one half takes ${bench.size('slow')} s`);
  await rig.receiver.behave(SLOW, { kind: 'slow', delayMs: bench.size('slow') * 1_000 });
  const sampling = startSampling(() => rig.pids(), SAMPLE_EVERY_MS);
  const slowRun = await rig.measured(() => deliverFastHalf('half-slow'));
  const held = await untilNoMore(() => heldOf(rig, slowId!), bench.signal);
  const { deliveredByEndpoint } = await rig.receiver.tally('half-slow');
  const left = Math.floor(bench.size('deliveries') / 2) - deliveredByEndpoint[SLOW]!;
  bench.say(`2: the slow one becomes fast, ${left} are left`);
  await rig.receiver.behave(SLOW, { kind: 'answer', status: 200 });
  const fastAgainAtMs = Date.now();
  const drained = await finishPatiently(phase, 'half-slow', slowRun.published, bench.size('deliveries'));
  const samples = sampling.stop();
  const drainSeconds = (drained.tally.lastDeliveredAtMs - fastAgainAtMs) / 1_000;

  const [cleanP99, slowP99] = [await p99(clean), await p99(drained)];
  return {
    delivered: [clean, drained],
    tables: [
      {
        title: '2. Half of the load goes to a slow endpoint. The other half:',
        columns: ['run', 'per second', 'p99 ms'],
        rows: [
          ['both fast', bench.size('deliveries') / 2 / cleanHalf.seconds, cleanP99],
          ['the other slow', bench.size('deliveries') / 2 / slowRun.seconds, slowP99],
        ],
      },
      {
        title: '2. The slow half, once it is fast',
        columns: ['left', 'of them held', 'seconds', 'per second'],
        rows: [[left, held, drainSeconds, drainSeconds > 0 ? left / drainSeconds : NaN]],
      },
      memoryTable('2. memory, from the first slow answer to the last delivery', samples),
    ],
    plots: [memoryPlot('slow-half-memory', 'Memory while half of the load is slow', samples)],
    targets: [
      left === 0
        ? missed('2: the backlog of the slow half', 'held, and drained', 'nothing was left')
        : atLeast('2: of the backlog, held', WANTED_SHARE * 100, (held / left) * 100, ' %'),
    ],
    undisturbed: [
      atLeast(
        '2: rate of the fast half, of the clean one',
        WANTED_SHARE * 100,
        (cleanHalf.seconds / slowRun.seconds) * 100,
        ' %',
      ),
      atMost('2: p99 of the fast half, of the clean one', WANTED_FACTOR, slowP99 / cleanP99, ' times'),
      ...(left === 0
        ? []
        : [
            rateAtLeast('2: drain of the slow half', WANTED_DRAIN_PER_SECOND, left, drainSeconds),
            await orderTarget('2: furthest from its place', rig, 'half-slow', [SLOW], fastAgainAtMs),
          ]),
      ...flatTargets(samples, FLAT),
    ],
  };
}

/** What `read` answers once it grows no more: read models follow the log. */
async function untilNoMore(read: () => Promise<number>, signal: AbortSignal): Promise<number> {
  for (let last = await read(); ;) {
    await delay(READ_AGAIN_MS, undefined, { signal });
    const next = await read();
    if (next <= last) return next;
    last = next;
  }
}
