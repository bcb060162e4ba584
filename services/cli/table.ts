/** Tables without borders, and lists of named values: they read well, and survive `grep` and `awk`. */
import CliTable from 'cli-table3';
import { printable } from './printable.ts';
import type { Terminal } from './terminal.ts';

/** One column of a table. */
export interface Column<Row> {
  readonly title: string;
  /** Made printable by the table. */
  readonly value: (row: Row) => string;
  /** Colours the printable value. */
  readonly colour?: (printable: string) => string;
  /** True for a column that is left out where the terminal is too narrow, the last of them first. */
  readonly optional?: boolean;
}

const GAP = '  ';
const NO_BORDERS = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'],
  ].map((part) => [part, '']),
);

/** A line of titles and a line for each row. */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  terminal: Pick<Terminal, 'columns'>,
): string {
  const full = layOut(rows, columns);
  const dropped = columns.findLastIndex(({ optional }) => optional === true);
  return dropped === -1 || terminal.columns === null || full.widest <= terminal.columns
    ? full.text
    : table(rows, columns.toSpliced(dropped, 1), terminal);
}

/** `Name   value`, one a line. What is null is left out. */
export function details(entries: readonly (readonly [name: string, value: string | null])[]): string {
  const shown = entries.filter((entry): entry is readonly [string, string] => entry[1] !== null);
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}${GAP}${value}`).join('\n');
}

function layOut<Row>(rows: readonly Row[], columns: readonly Column<Row>[]) {
  const grid = new CliTable({
    chars: { ...NO_BORDERS, middle: GAP },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  grid.push(columns.map(({ title }) => title));
  for (const row of rows) {
    grid.push(columns.map(({ value, colour = (text) => text }) => colour(printable(value(row)))));
  }
  const lines = grid.toString().split('\n');
  return {
    text: lines.map((line) => line.trimEnd()).join('\n'),
    widest: Math.max(...lines.map((line) => visibleLength(line))),
  };
}

const visibleLength = (line: string): number => line.replace(/\u001b\[\d*m/g, '').trimEnd().length;
