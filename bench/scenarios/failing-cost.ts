import { arrivalTarget, deliverBurst, type Delivered, finish, rateUnderLoad } from '../deliver.ts';
import { untilHeld } from '../held.ts';
import { recountTarget } from '../read-models.ts';
import type { Rig } from '../rig.ts';
import { type Bench, defineScenario } from '../scenario.ts';
import { less, ourCpuMs, spend, type Spent } from '../spend.ts';

const RETRIED = 'bench.retried';
const EXHAUSTED = 'bench.exhausted';
const FAILING_SHARE = 0.1;
const RETRY_DELAY_SECONDS = 3;
/** How long one delivery takes to be held, at the very most. */
const HELD_WITHIN_MS = 20;
const PARTS = ['router', 'first attempts', 'worker', 'projector', 'temporal', 'kafka', 'postgres'] as const;
/** What a delivery that fails in a group does next: it rides on, or leaves for a workflow of its own. */
const SHAPES = [
  { says: 'riding', workflowsPerSecond: 0 },
  { says: 'alone', workflowsPerSecond: 10_000 },
] as const;

type Size = 'deliveries' | 'warm-up';

/** Of so many of one kind. */
interface Kind {
  readonly says: string;
  readonly count: number;
  readonly spent: Pick<Spent<unknown>, 'cpuMs' | 'storedBytes'>;
}

/** What each kind of failure costs beyond a first attempt, and which of two shapes of a retry is cheaper. */
export const failingCost = defineScenario<Size>({
  name: 'failing-cost',
  shows: 'CPU-milliseconds and bytes for a retry that rides, a retry alone, holding, releasing, giving up',
  sizes: {
    deliveries: { says: 'deliveries of each run, a tenth of which fails', quick: 300, full: 10_000 },
    'warm-up': { says: 'deliveries before the first run', quick: 200, full: 5_000 },
  },
  async run(bench) {
    const kinds: Kind[] = [];
    const delivered: Delivered[] = [];
    const rates: [string, number, number][] = [];
    const targets = [];
    for (const shape of SHAPES) {
      const rig = await bench.openRig({
        environment: { WEBHOOKS_RETRY_WORKFLOWS_PER_SECOND: String(shape.workflowsPerSecond) },
      });
      const clean = await measureClean(bench, rig);
      const retried = await measureRetries(bench, rig);
      delivered.push(clean.result, retried.result);
      const retries = retried.result.tally.requests - retried.result.expected;
      kinds.push({ says: `retry, ${shape.says}`, count: retries, spent: beyond(retried, clean) });
      rates.push([shape.says, clean.result.perSecond, rateUnderLoad(retried.result)]);
      if (shape.says === 'riding') {
        kinds.unshift({ says: 'first attempt in a group', count: clean.result.expected, spent: clean });
        kinds.push(...(await measureHeld(bench, rig)), await measureExhausted(bench, rig, clean));
      }
      targets.push(await recountTarget(rig));
      // The other shape has the machine for itself.
      await rig.close();
    }
    return {
      tables: [
        {
          title: 'CPU-milliseconds for each',
          columns: ['what', 'of', ...PARTS, 'all'],
          rows: kinds.map(({ says, count, spent: { cpuMs } }) => [
            says,
            count,
            ...PARTS.map((part) => (cpuMs[part] ?? NaN) / count),
            ourCpuMs(cpuMs) / count,
          ]),
        },
        {
          title: 'bytes stored for each',
          columns: ['what', 'temporal', 'kafka', 'postgres'],
          rows: kinds.map(({ says, count, spent: { storedBytes } }) => [
            says,
            storedBytes.temporal / count,
            storedBytes.kafka / count,
            storedBytes.postgres / count,
          ]),
        },
        {
          title: 'deliveries per second, by what becomes of those that fail',
          columns: ['retries', 'none fails', 'a tenth fails'],
          rows: rates,
        },
      ],
      targets: [arrivalTarget(delivered), ...targets],
      plots: [],
    };
  },
});

async function measureClean(bench: Bench<Size>, rig: Rig): Promise<Spent<Delivered>> {
  await rig.subscribe([
    {
      path: 'retried',
      eventType: RETRIED,
      settings: { retry_policy: { max_retries: 5, retry_delay: RETRY_DELAY_SECONDS } },
    },
  ]);
  bench.say('warming up');
  await deliverBurst(rig, { run: 'warm-up', eventType: RETRIED, events: bench.size('warm-up') });
  bench.say('none fails');
  return spend(rig, () =>
    deliverBurst(rig, { run: 'clean', eventType: RETRIED, events: bench.size('deliveries') }),
  );
}

async function measureRetries(bench: Bench<Size>, rig: Rig): Promise<Spent<Delivered>> {
  bench.say('a tenth of the first attempts fails');
  await rig.receiver.behave('all', { kind: 'fail_first_attempts', share: FAILING_SHARE });
  const spent = await spend(rig, () =>
    deliverBurst(rig, { run: 'retried', eventType: RETRIED, events: bench.size('deliveries') }),
  );
  await rig.receiver.behave('all', { kind: 'answer', status: 200 });
  return spent;
}

async function measureHeld(bench: Bench<Size>, rig: Rig): Promise<readonly Kind[]> {
  const count = bench.size('deliveries');
  const [id] = await rig.subscribe([{ path: 'held', eventType: 'bench.held' }]);
  const path = `/v1/subscriptions/${id}`;
  bench.say('holding');
  await rig.stack.call('POST', `${path}/pause`);
  const held = await spend(rig, async () => {
    const published = await rig.load.burst({ run: 'held', eventType: 'bench.held', events: count });
    await untilHeld(rig, id!, count, HELD_WITHIN_MS);
    return published;
  });
  bench.say('releasing');
  const released = await spend(rig, async () => {
    await rig.stack.call('POST', `${path}/resume`);
    return finish(rig, 'held', held.result, count);
  });
  return [
    { says: 'held', count, spent: held },
    { says: 'released', count, spent: released },
  ];
}

async function measureExhausted(bench: Bench<Size>, rig: Rig, clean: Spent<Delivered>): Promise<Kind> {
  const events = bench.size('deliveries');
  await rig.subscribe([
    { path: 'exhausted', eventType: EXHAUSTED, settings: { retry_policy: { max_retries: 0 } } },
  ]);
  bench.say('giving up a tenth');
  await rig.receiver.behave('all', { kind: 'fail_first_attempts', share: FAILING_SHARE });
  const spent = await spend(rig, async () => {
    await rig.load.burst({ run: 'exhausted', eventType: EXHAUSTED, events });
    const isSeen = ({ seen }: { readonly seen: number }): boolean => seen >= events;
    return rig.receiver.waitFor('exhausted', isSeen, rig.patienceMs, bench.signal);
  });
  await rig.receiver.behave('all', { kind: 'answer', status: 200 });
  const { seen, delivered } = spent.result;
  return { says: 'exhausted', count: seen - delivered, spent: beyond(spent, clean) };
}

/** What the first cost beyond the second, which had as many first attempts. */
const beyond = (spent: Spent<unknown>, clean: Spent<unknown>): Kind['spent'] => ({
  cpuMs: less(spent.cpuMs, clean.cpuMs),
  storedBytes: less(spent.storedBytes, clean.storedBytes),
});
