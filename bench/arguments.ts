/** The command line of `npm run bench`. */
import type { Scenario } from './scenario.ts';
import type { Part } from './stack.ts';

export type Command =
  | { readonly kind: 'help' | 'list' }
  | { readonly kind: 'refused'; readonly why: string }
  | {
      readonly kind: 'run';
      readonly scenarios: readonly Scenario[];
      readonly isFull: boolean;
      /** What the command line says of sizes. */
      readonly sizes: Readonly<Record<string, number>>;
      readonly outFolder: string;
      readonly patienceMs: number;
      /** The service to profile; null for none. */
      readonly profiled: Part | null;
    };

export const USAGE = `Usage: npm run bench -- [scenario …] [--<size>=<number> …] [options]

Without a scenario: all of the default set, with small sizes.

  --list               every scenario, what it shows, and its sizes
  --full               the large sizes, as the targets ask for
  --<size>=<number>    one size, such as --events=5000
  --out=<folder>       where results go, as JSON and SVG          [.bench]
  --patience=<seconds> give a wait up when nothing has come so long [60]
  --cpu-prof=<service> profile router, worker, projector or api while it is measured

Ends with exit code 1 where a target is missed, 2 where the command line is wrong.
`;

const OUT_FOLDER = '.bench';
const PATIENCE_SECONDS = 60;
const PROFILED: readonly Part[] = ['router', 'worker', 'projector', 'api'];

/** Reads what follows `npm run bench --`. `all` in the order in which they run. */
export function readCommand(args: readonly string[], all: readonly Scenario[]): Command {
  const names = args.filter((arg) => !arg.startsWith('--'));
  const options = new Map(
    args
      .filter((arg) => arg.startsWith('--'))
      .map((arg) => /^--([^=]+)=?(.*)$/.exec(arg) ?? [])
      .map(([, name = '', value = '']) => [name, value]),
  );
  const take = (name: string): string | undefined => {
    const value = options.get(name);
    options.delete(name);
    return value;
  };
  if (take('help') !== undefined) return { kind: 'help' };
  if (take('list') !== undefined) return { kind: 'list' };

  const known = all.map(({ name }) => name);
  const stranger = names.find((name) => !known.includes(name));
  if (stranger !== undefined) return refuse(`no scenario ${stranger}: expected ${known.join(', ')}`);
  const scenarios = all.filter(({ name, isDefault }) =>
    names.length === 0 ? isDefault : names.includes(name),
  );

  const isFull = take('full') !== undefined;
  const outFolder = take('out') ?? OUT_FOLDER;
  const named = take('cpu-prof') ?? null;
  const profiled = PROFILED.find((part) => part === named) ?? null;
  if (named !== profiled) return refuse(`--cpu-prof: expected one of ${PROFILED.join(', ')}`);
  const patience = Number(take('patience') ?? PATIENCE_SECONDS);
  if (!(patience > 0)) return refuse('--patience: expected seconds');

  const sizeNames = new Set(scenarios.flatMap(({ sizes }) => Object.keys(sizes)));
  const sizes: Record<string, number> = {};
  for (const [name, value] of options) {
    if (!sizeNames.has(name))
      return refuse(`no option --${name}: expected one of ${[...sizeNames].join(', ')}`);
    const size = Number(value.replaceAll('_', ''));
    if (value === '' || !(size >= 0)) return refuse(`--${name}: expected a number, as in --${name}=1000`);
    sizes[name] = size;
  }
  return { kind: 'run', scenarios, isFull, sizes, outFolder, patienceMs: patience * 1_000, profiled };
}

const refuse = (why: string): Command => ({ kind: 'refused', why });
