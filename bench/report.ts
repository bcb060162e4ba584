/** What a scenario found: for a person, as JSON, and as SVG. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { drawPlot } from './plot.ts';
import type { Findings, Table, Target } from './findings.ts';
import { formatNumber } from './format-number.ts';
import type { Scenario } from './scenario.ts';

/** What the figures of a run depend on beside the code. */
export interface Circumstances {
  /** RFC 3339 in UTC. */
  readonly startedAt: string;
  readonly cores: number;
  readonly processor: string;
  readonly memoryMib: number;
  readonly node: string;
  /** Processes that wanted a core in the minute before the scenario, on average: ours were not among them. */
  readonly loadBefore: number;
}

/** To be asked for before anything is started. */
export const circumstances = (): Circumstances => ({
  startedAt: new Date().toISOString(),
  cores: availableParallelism(),
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  memoryMib: Math.round(totalmem() / 2 ** 20),
  node: process.version,
  loadBefore: loadavg()[0]!,
});

/** Tables, then one line for each target. */
export const describeFindings = ({ tables, targets }: Findings): string =>
  [...tables.map(describeTable), ...targets.map(describeTarget)].join('\n');

function describeTable({ title, columns, rows }: Table): string {
  const cells = [columns, ...rows].map((row) =>
    row.map((cell) => (typeof cell === 'number' ? formatNumber(cell) : cell)),
  );
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  // Names to the left, figures to the right.
  const pad = (cell: string, column: number): string =>
    column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  return ['', `  ${title}`, ...cells.map((row) => `    ${row.map(pad).join('   ').trimEnd()}`), ''].join(
    '\n',
  );
}

const describeTarget = ({ says, wanted, found, isMet }: Target): string =>
  `  ${isMet ? 'ok    ' : 'missed'}  ${says}: ${found} (${wanted})`;

/** Writes `<folder>/<scenario>.json` and an SVG for each plot; answers their paths. */
export function writeResults(
  folder: string,
  scenario: Scenario,
  run: {
    readonly command: string;
    readonly sizes: Readonly<Record<string, number>>;
    readonly circumstances: Circumstances;
    readonly seconds: number;
  },
  findings: Findings,
): readonly string[] {
  mkdirSync(folder, { recursive: true });
  const json = join(folder, `${scenario.name}.json`);
  const result = { scenario: scenario.name, shows: scenario.shows, ...run, ...findings };
  writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`);
  const drawings = findings.plots.map((plot) => {
    const path = join(folder, `${scenario.name}-${plot.name}.svg`);
    writeFileSync(path, drawPlot(plot));
    return path;
  });
  return [json, ...drawings];
}
