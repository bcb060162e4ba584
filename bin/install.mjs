/** Installs the npm packages that are missing, so that a fresh clone needs no command of its own for it. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STAMP = join(ROOT, 'node_modules', '.installed');

/** Runs `npm install` where node_modules does not fit package-lock.json. Leaves the process where that fails. */
export function ensureInstalled() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;
  console.log('npm packages: installing (the first time only) …');
  const startedMs = Date.now();
  // Not `npm ci`: a lock file written on one platform lacks swc's packages for the others, and it refuses.
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error('npm packages: the installation failed; run `npm install` to see why');
    process.exit(1);
  }
  const installed = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  writeFileSync(STAMP, installed);
  console.log(`npm packages: installed in ${Math.round((Date.now() - startedMs) / 1_000)} s`);
}
