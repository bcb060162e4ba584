/**
 * Loaded into each process of a stack before its own code, by `--cpu-prof`: takes a CPU profile of the one service
 * that `BENCH_CPU_PROF` names, of its main thread and of each worker thread in it (workflows run in those). SIGUSR2
 * begins the profile, and a second one writes it to `BENCH_CPU_PROF_DIR`.
 */
import { writeFileSync } from 'node:fs';
import { Session, type Profiler } from 'node:inspector';
import { join } from 'node:path';
import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads';

/** Tells the threads of the chosen process. */
const CHOSEN = 'BENCH_CPU_PROF_CHOSEN';

const service = process.env['BENCH_CPU_PROF'];
const folder = process.env['BENCH_CPU_PROF_DIR'];

// A thread has another script than its process, and a copy of its environment.
if (isMainThread && process.argv.join(' ').includes(`${service}/main.js`)) process.env[CHOSEN] = 'yes';

if (service !== undefined && folder !== undefined && process.env[CHOSEN] === 'yes') {
  const session = new Session();
  session.connect();
  let runs = false;
  let written = 0;
  const toggle = (): void => {
    if (!runs) {
      session.post('Profiler.enable');
      session.post('Profiler.start');
    } else {
      session.post('Profiler.stop', (error, { profile }: Profiler.StopReturnType) => {
        if (error === null)
          writeFileSync(
            join(folder, `${service}-${threadId}-${(written += 1)}.cpuprofile`),
            JSON.stringify(profile),
          );
      });
    }
    runs = !runs;
  };
  // Signals reach the main thread only.
  const channel = new BroadcastChannel('cpu profile');
  if (isMainThread) {
    process.on('SIGUSR2', () => {
      channel.postMessage(null);
      toggle();
    });
  } else {
    channel.onmessage = toggle;
  }
  channel.unref();
}
