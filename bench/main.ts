/** `npm run bench`: runs scenarios one after the other, each on a stack of its own, and says what they found. */
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, readCommand, USAGE } from './arguments.ts';
import { circumstances, describeFindings, writeResults } from './report.ts';
import { openRig, type Rig } from './rig.ts';
import type { Findings } from './findings.ts';
import type { Bench, Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios/index.ts';

type Run = Extract<Command, { kind: 'run' }>;

const interrupted = new AbortController();
const write = (text: string): boolean => process.stdout.write(`${text}\n`);

const command = readCommand(process.argv.slice(2), SCENARIOS);
switch (command.kind) {
  case 'help':
    write(USAGE);
    break;
  case 'list':
    write(SCENARIOS.map(describeScenario).join('\n'));
    break;
  case 'refused':
    process.stderr.write(`${command.why}\n\n${USAGE}`);
    process.exitCode = 2;
    break;
  case 'run':
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.on(signal, () => interrupted.abort(new Error('interrupted')));
    await runAll(command);
}

async function runAll(command: Run): Promise<void> {
  const missed: string[] = [];
  for (const scenario of command.scenarios) {
    if (interrupted.signal.aborted) break;
    const isMet = await runOne(scenario, command);
    if (!isMet) missed.push(scenario.name);
  }
  if (interrupted.signal.aborted) {
    process.exitCode = 130;
  } else if (missed.length > 0) {
    write(`\nmissed: ${missed.join(', ')}`);
    process.exitCode = 1;
  }
}

/** True where every target was met. */
async function runOne(scenario: Scenario, { isFull, sizes: given, ...command }: Run): Promise<boolean> {
  const sizes = Object.fromEntries(
    Object.entries(scenario.sizes).map(([name, size]) => [
      name,
      given[name] ?? (isFull ? size.full : size.quick),
    ]),
  );
  const shown = Object.entries(sizes).map(([name, size]) => `--${name}=${size}`);
  const commandLine = ['npm run bench --', scenario.name, ...shown].join(' ');
  write(`\n${scenario.name}: ${scenario.shows}\n  ${commandLine}`);

  const around = circumstances();
  const startedAtMs = performance.now();
  const elapsed = (): number => (performance.now() - startedAtMs) / 1_000;
  const say = (line: string): void => void write(`  ${elapsed().toFixed(0).padStart(5)} s  ${line}`);
  const rigs: Rig[] = [];
  const bench: Bench = {
    size: (name) => sizes[name]!,
    say,
    signal: interrupted.signal,
    async openRig(options = {}) {
      say('starting a stack');
      const environment = { ...profilingOf(command), ...options.environment };
      const rig = await openRig({ ...options, environment }, { ...command, signal: interrupted.signal });
      rigs.push(rig);
      return rig;
    },
  };
  const close = async (): Promise<void> => {
    for (const rig of rigs.splice(0).reverse()) await rig.close();
  };

  let findings: Findings;
  try {
    findings = await scenario.run(bench);
  } catch (error) {
    const why = error instanceof Error ? error : new Error(String(error));
    if (!interrupted.signal.aborted) write(`  failed: ${why.stack ?? why.message}`);
    return false;
  } finally {
    await close();
  }
  write(describeFindings(findings));
  const files = writeResults(
    command.outFolder,
    scenario,
    { command: commandLine, sizes, circumstances: around, seconds: elapsed() },
    findings,
  );
  say(`wrote ${files.join(', ')}`);
  return findings.targets.every(({ isMet }) => isMet);
}

/** What has the chosen service load the profiler; see bench/profile.ts. */
function profilingOf({ profiled, outFolder }: Pick<Run, 'profiled' | 'outFolder'>): NodeJS.ProcessEnv {
  if (profiled === null) return {};
  mkdirSync(outFolder, { recursive: true });
  return {
    NODE_OPTIONS: `--import=${new URL('profile.js', import.meta.url).href}`,
    BENCH_CPU_PROF: profiled,
    BENCH_CPU_PROF_DIR: resolve(outFolder),
  };
}

function describeScenario({ name, shows, isDefault, sizes }: Scenario): string {
  const lines = Object.entries(sizes).map(
    ([size, { says, quick, full }]) => `    --${size}=${quick}  (--full: ${full})  ${says}`,
  );
  return [`${name}${isDefault ? '' : ' (by name only)'}: ${shows}`, ...lines].join('\n');
}
