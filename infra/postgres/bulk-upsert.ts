/** Many rows in one statement: a column of the table is one array parameter, whatever the number of rows. */
import type { QueryConfig } from 'pg';
import { storableText } from './storable.ts';

/** The type of a column as PostgreSQL names it. The values of `text` columns are made storable. */
export type ColumnType =
  'text' | 'integer' | 'boolean' | 'bigint' | 'double precision' | 'timestamptz' | 'jsonb';

export interface Column<Row> {
  readonly name: string;
  readonly type: ColumnType;
  readonly value: (row: Row) => string | number | boolean | null;
}

/** Builds the statement that inserts `rows`; `onConflict` is what follows `on conflict`. */
export type BulkUpsert<Row> = (rows: readonly Row[]) => QueryConfig;

/** @see BulkUpsert. No two of the rows may have the same key: one statement changes a row only once. */
export function bulkUpsert<Row>(
  table: string,
  columns: readonly Column<Row>[],
  onConflict: string,
): BulkUpsert<Row> {
  const names = columns.map(({ name }) => name).join(', ');
  const arrays = columns.map(({ type }, i) => `$${i + 1}::${type}[]`).join(', ');
  const text = `insert into ${table} (${names}) select * from unnest(${arrays}) on conflict ${onConflict}`;
  return (rows) => ({
    name: `upsert ${table}`,
    text,
    values: columns.map((column) => rows.map((row) => valueOf(column, row))),
  });
}

function valueOf<Row>(column: Column<Row>, row: Row): string | number | boolean | null {
  const value = column.value(row);
  return column.type === 'text' && typeof value === 'string' ? storableText(value) : value;
}
