/** `webhooks stuck`: the deliveries that a workflow carries, those that have waited longest first. */
import type { Command } from 'commander';
import { z } from 'zod';
import { isReleaseId } from '../../../domain/deliver/carrier.ts';
import { Delivery } from '../answers.ts';
import { type Cli, show, understood } from '../cli.ts';
import { stateColour } from '../colour.ts';
import { age } from '../elapsed.ts';
import { withExamples } from '../examples.ts';
import { pages } from '../list-pages.ts';
import { wholeNumber } from '../option-values.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';

/** What is held waits for nobody's workflow, and what has ended waits for nothing. */
const CARRIED = ['pending', 'retrying'] as const;
const PAGE = 250;
const MOST_SHOWN = 250;
const Shown = z.object({ data: z.array(Delivery) });

export function registerStuck(program: Command, cli: Cli): void {
  withExamples(
    program
      .command('stuck')
      .description('List the deliveries that are under way, the oldest first, each with its Temporal UI link')
      .option('--limit <count>', 'how many to show', wholeNumber(1, MOST_SHOWN), 50)
      .action(({ limit }: { limit: number }) => stuck(cli, limit)),
    'stuck',
    "stuck --limit 1 --json | jq -r '.data[0].temporal_url'",
  );
}

async function stuck(cli: Cli, limit: number): Promise<void> {
  const lists = await Promise.all(CARRIED.map((status) => oldest(cli, status, limit)));
  const data = lists.flat().sort(byAge).slice(0, limit);
  show(cli, { text: JSON.stringify({ data }), body: { data } }, Shown, (shown) => rendered(cli, shown.data));
}

/**
 * The API lists the newest first, so all pages pass, and the last `limit` rows are kept. What waits in a lane is left
 * out: nothing runs for it.
 */
async function oldest(cli: Cli, status: string, limit: number): Promise<readonly Delivery[]> {
  let kept: Delivery[] = [];
  for await (const page of pages(cli.api(), '/v1/deliveries', { status, limit: PAGE })) {
    const rows = page.data.map((row) => understood(Delivery, row));
    kept = [...kept, ...rows.filter(({ workflow_id }) => !isReleaseId(workflow_id))].slice(-limit);
  }
  return kept;
}

const byAge = (a: Delivery, b: Delivery): number => (a.created_at < b.created_at ? -1 : 1);

function rendered({ terminal }: Cli, deliveries: readonly Delivery[]): string {
  if (deliveries.length === 0) return 'Nothing is under way.';
  const rows = table(
    deliveries,
    [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATUS', value: ({ status }) => status, colour: stateColour(terminal) },
      { title: 'TRIES', value: ({ attempt_count }) => String(attempt_count) },
      { title: 'AGE', value: ({ created_at }) => age(created_at, terminal.now()) },
      { title: 'NEXT', value: ({ next_attempt_at }) => next_attempt_at ?? '-' },
      { title: 'EVENT', value: ({ event }) => event, optional: true },
    ],
    terminal,
  );
  // Below the table and not in it: cut off, a link leads nowhere.
  return [rows, '', ...deliveries.map(({ temporal_url }) => printable(temporal_url))].join('\n');
}
