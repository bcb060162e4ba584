import { onePerEndpoint, finishPatiently, orderTarget, type Phase, type PhaseFindings } from './phase.ts';

const EVENT_TYPE = 'bench.all_down';

/** All endpoints answer 503 for a while, at a steady rate of events, then 200. */
export async function allDown(phase: Phase): Promise<PhaseFindings> {
  const { bench, rig } = phase;
  const endpoints = bench.size('endpoints');
  await rig.subscribe(onePerEndpoint(bench, EVENT_TYPE, endpoints));
  const events = Math.ceil(bench.size('rate') * bench.size('down'));
  bench.say(`4: all are down for ${bench.size('down')} s`);
  await rig.receiver.behave('all', { kind: 'answer', status: 503 });
  const published = await rig.load.paced(
    { run: 'all-down', eventType: EVENT_TYPE, events, tenantOf: (seq) => `t${seq % endpoints}` },
    bench.size('rate'),
    bench.signal,
  );
  bench.say('4: all recover');
  await rig.receiver.behave('all', { kind: 'answer', status: 200 });
  const recoveredAtMs = Date.now();
  const delivered = await finishPatiently(phase, 'all-down', published, events);
  return {
    delivered: [delivered],
    tables: [
      {
        title: '4. All endpoints were down',
        columns: ['deliveries', 'requests', 'seconds to catch up'],
        rows: [
          [events, delivered.tally.requests, (delivered.tally.lastDeliveredAtMs - recoveredAtMs) / 1_000],
        ],
      },
    ],
    targets: [],
    undisturbed: [
      await orderTarget(
        '4: furthest from its place',
        rig,
        'all-down',
        Array.from({ length: endpoints }, (_, endpoint) => endpoint),
        recoveredAtMs,
      ),
    ],
  };
}
