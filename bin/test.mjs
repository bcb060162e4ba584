/**
 * `npm test`: installs what is missing, then runs every check and every test, and ends with one line:
 * `N passed, N failed`. Arguments go to vitest: `npm test -- test/domain` runs a part, without the checks.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CHECKS = ['check:format', 'check:types', 'check:lint', 'check:dead-code'];

ensureInstalled();
const chosen = process.argv.slice(2);
if (chosen.length === 0) {
  console.log('\n— parts');
  const { ensureBuilt } = await import('./build.mjs');
  await ensureBuilt();
  const { installParts } = await import('../dist/infra/local-stack/install-parts.js');
  await installParts((line) => console.log(line)).catch((error) => {
    console.error(error.message);
    console.log('\n0 passed, 1 failed');
    process.exit(1);
  });
}
const checked = (chosen.length > 0 ? [] : CHECKS).map((script) => {
  console.log(`\n— ${script}`);
  return run('npm', ['run', '--silent', script]) === 0;
});

const folder = mkdtempSync(join(tmpdir(), 'webhooks-test-'));
const report = join(folder, 'report.json');
const vitest = [
  'vitest',
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...chosen,
];
const exitCode = run('npx', ['--no-install', ...vitest]);
const tests = readReport(report);
rmSync(folder, { recursive: true, force: true });

const passed = checked.filter(Boolean).length + tests.passed;
const failed = checked.length - checked.filter(Boolean).length + tests.failed;
// A run that broke off outside of any test has failed all the same.
const reported = failed === 0 && exitCode !== 0 ? 1 : failed;
console.log(`\n${passed} passed, ${reported} failed`);
process.exit(reported === 0 && passed > 0 ? 0 : 1);

function run(command, args) {
  return spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
}

function readReport(path) {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(path, 'utf8'));
    // A file that could not even be loaded has no tests to count.
    const broken = testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.length === 0,
    );
    return { passed: numPassedTests, failed: numFailedTests + broken.length };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
