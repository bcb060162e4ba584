import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const PROGRAM = 'console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 2;';
const MAIN = 'dist/services/cli/main.js';

/** A checkout with nothing in it but the launcher and what it starts. */
function checkout(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'webhooks-bin-'));
  for (const folder of ['bin', 'dist/services/cli']) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
  copyFileSync('bin/webhooks.mjs', join(root, 'bin/webhooks.mjs'));
  return root;
}

const launch = (root: string) =>
  spawnSync(process.execPath, [join(root, 'bin/webhooks.mjs'), 'stats', 'wh_1'], { encoding: 'utf8' });

it('runs the program that is built, and passes its exit code through', () => {
  const root = checkout({ [MAIN]: PROGRAM, 'bin/build.mjs': 'throw new Error("built again");' });
  expect(launch(root)).toMatchObject({ status: 2, stdout: '["stats","wh_1"]\n', stderr: '' });
});

it('builds the program first where it is missing', () => {
  const build = `import { writeFileSync } from 'node:fs';
export const ensureBuilt = async () => writeFileSync(new URL('../${MAIN}', import.meta.url), ${JSON.stringify(PROGRAM)});`;
  expect(launch(checkout({ 'bin/build.mjs': build }))).toMatchObject({
    status: 2,
    stdout: '["stats","wh_1"]\n',
  });
});
