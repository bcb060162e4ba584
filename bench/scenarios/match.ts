import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { defineScenario } from '../scenario.ts';

/** Matching alone, in one process: bench/match.ts, which prints its own figures and targets. */
export const match = defineScenario({
  name: 'match',
  shows: 'events matched per second of CPU, with 10 to 100,000 subscriptions; no stack',
  sizes: {},
  async run({ signal }) {
    const child = spawn(
      process.execPath,
      ['--expose-gc', fileURLToPath(new URL('../match.js', import.meta.url))],
      { stdio: 'inherit', signal },
    );
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('exit', resolve);
      child.once('error', reject);
    });
    return {
      tables: [],
      targets: [
        {
          says: 'the targets of bench/match.ts',
          wanted: 'exit code 0',
          found: `exit code ${code}`,
          isMet: code === 0,
        },
      ],
      plots: [],
    };
  },
});
