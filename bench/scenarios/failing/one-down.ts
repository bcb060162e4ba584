import { type Delivered, latenciesOf } from '../../deliver.ts';
import { atLeast, atMost } from '../../findings.ts';
import { quantile } from '../../statistics.ts';
import { runningWorkflows } from '../../temporal-use.ts';
import { finishPatiently, onePerEndpoint, orderTarget, type Phase, type PhaseFindings } from './phase.ts';

const EVENT_TYPE = 'bench.one_down';
const DOWN = 0;
const WANTED_WORKFLOWS = 500;
const WANTED_FACTOR = 1.5;
const WANTED_SHARE = 0.9;
/** Twenty failures open the circuit; what was on the wire by then comes too, and probes. */
const WANTED_REQUESTS = 600;

/** One endpoint answers 503 to all that comes, while the others are served as before; then it recovers. */
export async function oneDown(phase: Phase): Promise<PhaseFindings> {
  const { bench, rig } = phase;
  const endpoints = bench.size('endpoints');
  // Every other event is for the one that will be down.
  const endpointOf = (seq: number): number =>
    seq % 2 === 0 ? DOWN : 1 + (Math.floor(seq / 2) % (endpoints - 1));
  const [downId] = await rig.subscribe(onePerEndpoint(bench, EVENT_TYPE, endpoints));
  const events = bench.size('deliveries');
  const plan = (run: string) => ({
    run,
    eventType: EVENT_TYPE,
    events,
    tenantOf: (seq: number) => `t${endpointOf(seq)}`,
  });
  const latencyOfOthers = async (delivered: Delivered, part: number): Promise<number> =>
    quantile((await latenciesOf(rig, delivered, (endpoint) => endpoint !== DOWN)).sinceSent, part);

  /** From the first event to the last delivery of the others. */
  const secondsOfOthers = async ({ run, published }: Delivered): Promise<number> => {
    const { endpoint, atMs } = await rig.receiver.arrivals(run);
    const last = [...atMs].reduce(
      (latest, at, index) => (endpoint[index] === DOWN ? latest : Math.max(latest, at)),
      0,
    );
    return (last - published.startedAtMs) / 1_000;
  };

  bench.say('3: all answer');
  const cleanPublished = await rig.load.paced(plan('one-clean'), bench.size('rate'), bench.signal);
  const clean = await finishPatiently(phase, 'one-clean', cleanPublished, events);
  bench.say(`3: one of ${endpoints} is down`);
  await rig.receiver.behave(DOWN, { kind: 'answer', status: 503 });
  const published = await rig.load.paced(plan('one-down'), bench.size('rate'), bench.signal);
  const ofOthers = Math.floor(events / 2);
  const { requests } = await rig.receiver.waitFor(
    'one-down',
    ({ delivered }) => delivered >= ofOthers,
    rig.patienceMs,
    bench.signal,
  );
  const workflows = await runningWorkflows(rig, downId!);
  bench.say(`3: it recovers; ${workflows} workflows carry its deliveries`);
  await rig.receiver.behave(DOWN, { kind: 'answer', status: 200 });
  const recoveredAtMs = Date.now();
  const down = await finishPatiently(phase, 'one-down', published, events);

  const [cleanP99, downP99] = [await latencyOfOthers(clean, 0.99), await latencyOfOthers(down, 0.99)];
  const [cleanSeconds, downSeconds] = [await secondsOfOthers(clean), await secondsOfOthers(down)];
  return {
    delivered: [clean, down],
    tables: [
      {
        title: '3. One endpoint is down. The others:',
        columns: ['run', 'median ms', 'p99 ms', 'per second'],
        rows: [
          ['all answer', await latencyOfOthers(clean, 0.5), cleanP99, ofOthers / cleanSeconds],
          ['one down', await latencyOfOthers(down, 0.5), downP99, ofOthers / downSeconds],
        ],
      },
      {
        title: '3. The one that was down',
        columns: ['its requests meanwhile', 'workflows', 's to catch up', 'delivered again'],
        rows: [
          [
            requests - ofOthers,
            workflows,
            (down.tally.lastDeliveredAtMs - recoveredAtMs) / 1_000,
            down.tally.deliveredAgain,
          ],
        ],
      },
    ],
    targets: [
      atMost('3: workflows for the one that is down', WANTED_WORKFLOWS, workflows, ''),
      atMost('3: requests to the one that is down', WANTED_REQUESTS, requests - ofOthers, ''),
    ],
    undisturbed: [
      atMost('3: p99 of the others, of the clean one', WANTED_FACTOR, downP99 / cleanP99, ' times'),
      atLeast(
        '3: rate of the others, of the clean one',
        WANTED_SHARE * 100,
        (cleanSeconds / downSeconds) * 100,
        ' %',
      ),
      await orderTarget('3: furthest from its place', rig, 'one-down', [DOWN], recoveredAtMs),
    ],
  };
}
