/** `webhooks health`: which subscriptions get their deliveries through. */
import type { Command } from 'commander';
import pMap from 'p-map';
import { z } from 'zod';
import type { ApiClient } from '../api-client.ts';
import { Health, Subscription } from '../answers.ts';
import { type Cli, show, understood } from '../cli.ts';
import { stateColour } from '../colour.ts';
import { duration } from '../elapsed.ts';
import { withExamples } from '../examples.ts';
import { isNotFound } from '../failure.ts';
import { pages } from '../list-pages.ts';
import { printable } from '../printable.ts';
import { details, table } from '../table.ts';

/** The API has no route for the health of all, so each is asked for; not so many at once that others wait. */
const QUESTIONS_AT_ONCE = 8;

export function registerHealth(program: Command, cli: Cli): void {
  withExamples(
    program
      .command('health')
      .description('Tell whether deliveries get through, of one subscription or of all')
      .argument('[id]', 'such as wh_…')
      .action((id: string | undefined) => (id === undefined ? healthOfAll(cli) : healthOf(cli, id))),
    'health',
    'health wh_abc12345',
    `health --json | jq -r '.data[] | select(.status == "degraded").id'`,
  );
}

const pathOf = (id: string): string => `/v1/subscriptions/${encodeURIComponent(id)}/health`;

async function healthOf(cli: Cli, id: string): Promise<void> {
  show(cli, await cli.api().get(pathOf(id)), Health, (health) =>
    details([
      ['Status', stateColour(cli.terminal)(printable(health.status))],
      ['Success rate', rateOf(health)],
      ['Deliveries', String(health.total_deliveries)],
      ['Average response', responseTimeOf(health)],
    ]),
  );
}

/** With `--json` one document in the shape of a list: each health with the `id` and `url` of its subscription. */
async function healthOfAll(cli: Cli): Promise<void> {
  const api = cli.api();
  const rows: HealthRow[] = [];
  for await (const { data } of pages(api, '/v1/subscriptions', { limit: 250 })) {
    const subscriptions = understood(z.array(Subscription), data);
    const page = await pMap(subscriptions, (subscription) => rowOf(api, subscription), {
      concurrency: QUESTIONS_AT_ONCE,
    });
    rows.push(...page.filter((row) => row !== null));
  }
  if (cli.wantsJson()) return cli.terminal.print(JSON.stringify({ data: rows, next_cursor: null }));
  if (rows.length === 0) return cli.terminal.note('No subscriptions.');
  cli.terminal.print(
    table(
      rows,
      [
        { title: 'ID', value: ({ id }) => id },
        { title: 'HEALTH', value: ({ status }) => status, colour: stateColour(cli.terminal) },
        { title: 'SUCCESS', value: rateOf },
        { title: 'DELIVERIES', value: ({ total_deliveries }) => String(total_deliveries) },
        { title: 'RESPONSE', value: responseTimeOf },
        { title: 'STATE', value: ({ state }) => state, colour: stateColour(cli.terminal) },
        { title: 'URL', value: ({ url }) => url, optional: true },
      ],
      cli.terminal,
    ),
  );
}

type HealthRow = Health & Pick<Subscription, 'id' | 'url' | 'state'>;

/** Null for one that was deleted since it was listed. */
async function rowOf(api: ApiClient, { id, url, state }: Subscription): Promise<HealthRow | null> {
  try {
    return { id, url, state, ...understood(Health, (await api.get(pathOf(id))).body) };
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

const rateOf = ({ status, success_rate }: Health): string =>
  success_rate === null || status === 'no_data' ? '-' : `${Number(success_rate.toFixed(2))} %`;

const responseTimeOf = ({ status, average_response_time: seconds }: Health): string =>
  seconds === null || status === 'no_data' ? '-' : duration(seconds * 1_000);
