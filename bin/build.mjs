/**
 * Compiles the TypeScript sources to dist/ and bundles the workflows, where they have changed since. Plain
 * JavaScript with nothing but Node, for it runs before anything is compiled.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');
const SOURCES = [
  'schemas',
  'domain',
  'workflows',
  'activities',
  'infra',
  'services',
  'receiver',
  'client',
  'bench',
];
const require = createRequire(import.meta.url);

/** Brings dist/ up to date. Throws where the compiler refuses. */
export async function ensureBuilt() {
  const fingerprint = fingerprintOfSources();
  if (existsSync(join(DIST, '.built')) && readFileSync(join(DIST, '.built'), 'utf8') === fingerprint) return;
  // Built beside and put in place whole, so that a build that was cut off is never taken for one that ended.
  const fresh = join(ROOT, `dist.${process.pid}`);
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh);
  try {
    compile(fresh);
    await bundleWorkflows(fresh);
    writeFileSync(join(fresh, '.built'), fingerprint);
    rmSync(DIST, { recursive: true, force: true });
    renameSync(fresh, DIST);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function fingerprintOfSources() {
  const hash = createHash('sha256');
  const files = SOURCES.filter((room) => existsSync(join(ROOT, room))).flatMap((room) =>
    readdirSync(join(ROOT, room), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const shared = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'].map((name) =>
    join(ROOT, name),
  );
  for (const file of [...files.sort(), ...shared]) hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}

function compile(outDir) {
  const compiler = require.resolve('typescript/bin/tsc');
  const { status } = spawnSync(
    process.execPath,
    [compiler, '-p', 'tsconfig.build.json', '--outDir', outDir],
    {
      cwd: ROOT,
      stdio: 'inherit',
    },
  );
  if (status !== 0) throw new Error('the TypeScript sources do not compile');
}

async function bundleWorkflows(outDir) {
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const quiet = { trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error, log() {} };
  const workflowsPath = join(outDir, 'workflows', 'index.js');
  // They hold nothing that changes, so one copy of each module serves all workflows of a thread.
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    preloadModules: [workflowsPath],
    logger: quiet,
  });
  writeFileSync(join(outDir, 'workflow-bundle.js'), withoutSources(code));
}

/** Positions in our files are told without their texts, which every process that runs workflows would hold. */
function withoutSources(code) {
  const marker = 'sourceMappingURL=data:application/json;charset=utf-8;base64,';
  const start = code.lastIndexOf(marker) + marker.length;
  const { sourcesContent: _, ...map } = JSON.parse(Buffer.from(code.slice(start), 'base64').toString());
  return code.slice(0, start) + Buffer.from(JSON.stringify(map)).toString('base64');
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await ensureBuilt();
}
