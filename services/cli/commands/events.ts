/** `webhooks events`: the catalogue, and a way to put an event on Kafka by hand. */
import type { Command } from 'commander';
import type { ApiClient } from '../api-client.ts';
import { EventType, PublishedEvent } from '../answers.ts';
import { type Cli, show, understood } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { failed, isNotFound, usageFailure } from '../failure.ts';
import { readText } from '../input-text.ts';
import { showList } from '../list-pages.ts';
import { jsonObject } from '../option-values.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';

interface PublishOptions {
  /** JSON, `@` and a path, or `-`. */
  readonly data?: string;
  readonly id?: string;
  readonly timestamp?: string;
  readonly account?: string;
}

export function registerEvents(program: Command, cli: Cli): void {
  const group = program.command('events').description('What the platform reports');

  withExamples(
    group
      .command('publish')
      .description('Put an event on Kafka; without --data, the example of its type')
      .argument('<type>', 'such as workflow.completed')
      .option('--data <json>', 'its data: a JSON object, @ and the name of a file, or - for standard input')
      .option('--id <id>', 'its id; the same id again is the same event')
      .option('--timestamp <time>', 'when it happened, such as 2024-01-15T10:30:00Z; by default now')
      .option('--account <id>', 'whose event it is')
      .action((type: string, options: PublishOptions) => publish(cli, type, options)),
    'events publish workflow.completed',
    `events publish workflow.failed --data '{"workflow_id":"billing","error":{"code":"TIMEOUT"}}'`,
    'events publish order.paid --id evt_42 --data @order.json',
  );

  withExamples(
    group
      .command('types')
      .description('List the catalogue of event types')
      .action(() =>
        showList(
          cli,
          { path: '/v1/event-types', query: {}, shape: EventType, empty: 'The catalogue is empty.' },
          {},
          (rows) =>
            table(
              rows,
              [
                { title: 'TYPE', value: ({ type }) => type },
                { title: 'DESCRIPTION', value: ({ description }) => description },
              ],
              cli.terminal,
            ),
        ),
      ),
    'events types',
    `events types --json | jq '.data[] | select(.type == "workflow.failed").schema'`,
  );
}

async function publish(
  cli: Cli,
  type: string,
  { data, id, timestamp, account }: PublishOptions,
): Promise<void> {
  const given = data === undefined ? undefined : await readData(data, cli);
  const envelope = JSON.stringify({ event: type, id, timestamp, account_id: account });
  const dataText = given ?? (await exampleOf(cli.api(), type));
  // The text of `data` as it was given: parsed and written again, a number may come out as another one.
  const answer = await cli.api().post('/v1/events', `${envelope.slice(0, -1)},"data":${dataText}}`);
  show(cli, answer, PublishedEvent, (event) => `${printable(event.id)} is published as ${printable(type)}`);
}

async function readData(data: string, { terminal }: Cli): Promise<string> {
  const text =
    data === '-' || data.startsWith('@')
      ? await readText(data === '-' ? '-' : data.slice(1), '--data', terminal)
      : data;
  try {
    jsonObject(text);
    return text.trim();
  } catch {
    throw usageFailure('--data: expected a JSON object');
  }
}

async function exampleOf(api: ApiClient, type: string): Promise<string> {
  const answer = await api.get(`/v1/event-types/${encodeURIComponent(type)}`).catch((error: unknown) => {
    throw isNotFound(error)
      ? failed(`${printable(type)} is not in the catalogue, so it has no example: give --data`)
      : error;
  });
  return JSON.stringify(understood(EventType, answer.body).example);
}
