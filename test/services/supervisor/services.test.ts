import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withThreads } from '../../../services/supervisor/services.ts';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
const { UV_THREADPOOL_SIZE: threads } = withThreads({});

it.each(['router', 'worker'])('npm run %s has as many threads as npm start gives it', (name) => {
  expect(scripts[name]).toContain(`UV_THREADPOOL_SIZE=\${UV_THREADPOOL_SIZE:-${threads}} node `);
});

it('an operator who sets the number of threads has the last word', () => {
  expect(withThreads({ UV_THREADPOOL_SIZE: '8' })).toEqual({ UV_THREADPOOL_SIZE: '8' });
});

it('a process with that environment has as many threads', () => {
  const script = `
    const { pbkdf2 } = require('node:crypto');
    for (let i = 0; i < 64; i += 1) pbkdf2('a', 'b', 1, 8, 'sha1', () => {});
    setImmediate(() => console.log(require('node:fs').readdirSync('/proc/self/task').length));`;
  const output = execFileSync(process.execPath, ['-e', script], { env: withThreads(process.env) });
  if (process.platform === 'linux') expect(Number(output)).toBeGreaterThanOrEqual(Number(threads));
});
