/** `webhooks stats`: what was counted of one subscription. */
import type { Command } from 'commander';
import { Stats } from '../answers.ts';
import { type Cli, show } from '../cli.ts';
import { duration } from '../elapsed.ts';
import { withExamples } from '../examples.ts';
import { printable } from '../printable.ts';
import { details } from '../table.ts';

export function registerStats(program: Command, cli: Cli): void {
  withExamples(
    program
      .command('stats')
      .description('Count the deliveries of a subscription')
      .argument('<id>', 'such as wh_…')
      .action(async (id: string) =>
        show(cli, await cli.api().get(`/v1/subscriptions/${encodeURIComponent(id)}/stats`), Stats, (stats) =>
          details([
            ['Deliveries', String(stats.total_deliveries)],
            ['Succeeded', String(stats.successful_deliveries)],
            ['Failed', String(stats.failed_deliveries)],
            ['Pending', String(stats.pending_deliveries)],
            ['Held', String(stats.held_deliveries)],
            ['Average response', fromSeconds(stats.average_response_time)],
            ['95 % within', fromSeconds(stats.p95_response_time)],
            ['Last delivery', stats.last_delivery === null ? '-' : printable(stats.last_delivery)],
          ]),
        ),
      ),
    'stats wh_abc12345',
    "stats wh_abc12345 --json | jq '.failed_deliveries'",
  );
}

const fromSeconds = (seconds: number | null): string => (seconds === null ? '-' : duration(seconds * 1_000));
