import { type Delivered, rateUnderLoad } from '../../deliver.ts';
import { atLeast, noneOf } from '../../findings.ts';
import { finishPatiently, persistent, type Phase, type PhaseFindings } from './phase.ts';

const EVENT_TYPE = 'bench.first_attempts';
const FAILING_SHARE = 0.1;
const WANTED_SHARE = 0.6;

/** A tenth of the first attempts is answered 503, at full load, against the same load answered with 200. */
export async function failFirstAttempts(phase: Phase): Promise<PhaseFindings> {
  const { bench, rig } = phase;
  await rig.subscribe([{ path: 'first-attempts', eventType: EVENT_TYPE, settings: persistent(bench) }]);
  const runOnce = async (run: string): Promise<Delivered> => {
    const events = bench.size('deliveries');
    const published = await rig.load.burst({ run, eventType: EVENT_TYPE, events });
    return finishPatiently(phase, run, published, events);
  };
  bench.say('1: all answer');
  const clean = await rig.measured(() => runOnce('first-attempts-clean'));
  bench.say('1: a tenth of the first attempts fails');
  await rig.receiver.behave('all', { kind: 'fail_first_attempts', share: FAILING_SHARE });
  const failing = await rig.measured(() => runOnce('first-attempts-failing'));
  await rig.receiver.behave('all', { kind: 'answer', status: 200 });

  const share = (rateUnderLoad(failing) / rateUnderLoad(clean)) * 100;
  return {
    delivered: [clean, failing],
    tables: [
      {
        title: '1. A tenth of the first attempts fails. Load: until the last first attempt has come',
        columns: ['run', 'delivered/s under load', 'requests', 'seconds to deliver all'],
        rows: [
          ['all answer', rateUnderLoad(clean), clean.tally.requests, clean.seconds],
          ['a tenth fails', rateUnderLoad(failing), failing.tally.requests, failing.seconds],
        ],
      },
    ],
    targets: [noneOf('1: attempts numbered with a gap', failing.tally.gaps)],
    undisturbed: [atLeast('1: rate under load, of the clean one', WANTED_SHARE * 100, share, ' %')],
  };
}
