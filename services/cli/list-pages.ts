/** Lists, page by page: memory is bounded by one page, however long the list is. */
import type { Command } from 'commander';
import { z } from 'zod';
import type { ApiClient, Query } from './api-client.ts';
import { type Cli, understood } from './cli.ts';
import { failed } from './failure.ts';
import { wholeNumber } from './option-values.ts';

const Page = z.looseObject({ data: z.array(z.unknown()), next_cursor: z.string().nullable() });
type Page = z.infer<typeof Page>;

const LARGEST_PAGE = 250;

export interface PageOptions {
  readonly limit?: number;
  readonly cursor?: string;
  readonly all?: boolean;
}

/** Adds the options that every list has. */
export const withPageOptions = (command: Command): Command =>
  command
    .option('--limit <count>', `how many to show, up to ${LARGEST_PAGE}`, wholeNumber(1, LARGEST_PAGE))
    .option('--cursor <cursor>', 'go on where an answer with this next_cursor ended')
    .option('--all', 'show every page');

/** Every page of a list, one request each. Throws a CliFailure (1) where the list does not move on. */
export async function* pages(api: ApiClient, path: string, query: Query): AsyncGenerator<Page> {
  for (let cursor: string | null | undefined = undefined; cursor !== null;) {
    const page: Page = understood(
      Page,
      (await api.get(path, cursor === undefined ? query : { ...query, cursor })).body,
    );
    if (page.next_cursor !== null && page.next_cursor === cursor)
      throw failed('the list repeats its next_cursor');
    yield page;
    cursor = page.next_cursor;
  }
}

/** A list of the API and how one of its rows looks. */
export interface List<Shape extends z.ZodType> {
  readonly path: string;
  readonly query: Query;
  readonly shape: Shape;
  /** Said where there is no row. */
  readonly empty: string;
}

/** Prints a list: the answer itself with `--json`, else a table of each page. */
export async function showList<Shape extends z.ZodType>(
  cli: Cli,
  list: List<Shape>,
  options: PageOptions,
  render: (rows: readonly z.output<Shape>[]) => string,
): Promise<void> {
  const all = options.all === true;
  const limit = options.limit ?? (all ? LARGEST_PAGE : undefined);
  const query = { ...list.query, limit, cursor: options.cursor };
  if (!cli.wantsJson()) return printTables(cli, { ...list, query }, all, render);
  if (all) return printOneDocument(cli, { ...list, query });
  cli.terminal.print((await cli.api().get(list.path, query)).text);
}

async function printTables<Shape extends z.ZodType>(
  { api, terminal }: Cli,
  list: List<Shape>,
  all: boolean,
  render: (rows: readonly z.output<Shape>[]) => string,
): Promise<void> {
  let shown = 0;
  for await (const { data, next_cursor } of pages(api(), list.path, list.query)) {
    shown += data.length;
    if (data.length > 0) terminal.print(render(understood(z.array(list.shape), data)));
    if (!all && next_cursor !== null)
      terminal.note(`More: --all shows every one, --cursor ${next_cursor} the next.`);
    if (!all) break;
  }
  if (shown === 0) terminal.note(list.empty);
}

const OPENING = '{"data":[';

/** All pages in the shape of one, written as they come. */
async function printOneDocument({ api, terminal }: Cli, list: List<z.ZodType>): Promise<void> {
  let before = OPENING;
  for await (const { data } of pages(api(), list.path, list.query)) {
    for (const item of data) {
      terminal.print(`${before}${JSON.stringify(item)}`);
      before = ',';
    }
  }
  terminal.print(`${before === OPENING ? OPENING : ''}],"next_cursor":null}`);
}
