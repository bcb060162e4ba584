/** `webhooks deliveries`: what was sent, and what came back. */
import { type Command, Option } from 'commander';
import { DeliveryStatus } from '../../../schemas/delivery.ts';
import { type Attempt, Delivery, DeliveryWithAttempts } from '../answers.ts';
import { type Cli, show } from '../cli.ts';
import { stateColour } from '../colour.ts';
import { age, duration } from '../elapsed.ts';
import { withExamples } from '../examples.ts';
import { type PageOptions, showList, withPageOptions } from '../list-pages.ts';
import { wholeNumber } from '../option-values.ts';
import { printable } from '../printable.ts';
import { details, table } from '../table.ts';

interface ListOptions extends PageOptions {
  readonly subscription?: string;
  readonly status?: string;
  readonly statusCode?: number;
  readonly event?: string;
  readonly eventId?: string;
  readonly from?: string;
  readonly to?: string;
}

/** More of an answer than this is cut, in characters; `--json` has all that was kept. */
const SHOWN_OF_ANSWER = 500;
/** More events of a batch are counted only. */
const SHOWN_OF_BATCH = 5;

export function registerDeliveries(program: Command, cli: Cli): void {
  const group = program.command('deliveries').description('What was sent, and what came back');

  withExamples(
    withPageOptions(
      group
        .command('list')
        .description('List deliveries, the newest first')
        .option('--subscription <id>', 'of this subscription')
        .addOption(new Option('--status <status>', 'that stand here').choices(DeliveryStatus.options))
        .option('--status-code <code>', 'whose last attempt was answered so', wholeNumber(100, 599))
        .option('--event <type>', 'of this event type')
        .option('--event-id <id>', 'of this event')
        .option('--from <time>', 'made at this time or later, such as 2024-01-15T10:30:00Z')
        .option('--to <time>', 'made before this time'),
    ).action((options: ListOptions) => list(cli, options)),
    'deliveries list --status exhausted',
    'deliveries list --subscription wh_abc12345 --status-code 500 --from 2024-01-15T00:00:00Z',
    "deliveries list --event-id evt_1 --all --json | jq -r '.data[].id'",
  );

  withExamples(
    group
      .command('get')
      .description('Show one with its attempts')
      .argument('<id>', 'such as del_…')
      .action(async (id: string) => {
        const answer = await cli.api().get(`/v1/deliveries/${encodeURIComponent(id)}`);
        show(cli, answer, DeliveryWithAttempts, (delivery) => rendered(cli, delivery));
      }),
    'deliveries get del_0123456789abcdefghjkmnpqrstvwxyz',
  );

  withExamples(
    group
      .command('retry')
      .description('Try one now, without the rest of its wait; one that has ended begins again')
      .argument('<id>', 'such as del_…')
      .option('--force', 'also where it has succeeded: its receiver gets it a second time')
      .action((id: string, { force = false }: { force?: boolean }) => order(cli, id, 'retry', { force })),
    'deliveries retry del_0123456789abcdefghjkmnpqrstvwxyz',
  );

  withExamples(
    group
      .command('cancel')
      .description('Try one no more')
      .argument('<id>', 'such as del_…')
      .action((id: string) => order(cli, id, 'cancel')),
    'deliveries cancel del_0123456789abcdefghjkmnpqrstvwxyz',
  );
}

/** Asks for something to be done with one; the answer shows it as it was. */
async function order(cli: Cli, id: string, what: 'retry' | 'cancel', body?: object): Promise<void> {
  const path = `/v1/deliveries/${encodeURIComponent(id)}/${what}`;
  const answer = await cli.api().post(path, body === undefined ? undefined : JSON.stringify(body));
  const done = what === 'retry' ? 'is tried now' : 'is tried no more';
  show(cli, answer, Delivery, (delivery) => `${printable(delivery.id)} ${done}.`);
}

function list(cli: Cli, options: ListOptions): Promise<void> {
  const { terminal } = cli;
  const request = {
    path: '/v1/deliveries',
    query: {
      subscription_id: options.subscription,
      status: options.status,
      status_code: options.statusCode,
      event: options.event,
      event_id: options.eventId,
      from: options.from,
      to: options.to,
    },
    shape: Delivery,
    empty: 'No deliveries.',
  };
  return showList(cli, request, options, (rows) =>
    table(
      rows,
      [
        { title: 'ID', value: ({ id }) => id },
        { title: 'STATUS', value: ({ status }) => status, colour: stateColour(terminal) },
        { title: 'TRIES', value: ({ attempt_count }) => String(attempt_count) },
        { title: 'CODE', value: ({ last_status_code }) => String(last_status_code ?? '-') },
        { title: 'AGE', value: ({ created_at }) => age(created_at, terminal.now()) },
        { title: 'EVENT', value: ({ event }) => event },
        { title: 'SUBSCRIPTION', value: ({ subscription_id }) => subscription_id, optional: true },
      ],
      terminal,
    ),
  );
}

function rendered({ terminal }: Cli, delivery: DeliveryWithAttempts): string {
  const { attempts } = delivery;
  const summary = details([
    ['Id', printable(delivery.id)],
    ['Status', stateColour(terminal)(printable(delivery.status))],
    ['Event', printable(eventsText(delivery))],
    ['Subscription', printable(delivery.subscription_id)],
    ['Created', printable(delivery.created_at)],
    ['Next attempt', delivery.next_attempt_at === null ? null : printable(delivery.next_attempt_at)],
    ['Ended', delivery.ended_at === null ? null : printable(delivery.ended_at)],
    ['In place of', delivery.stands_in_for === null ? null : printable(delivery.stands_in_for)],
    ['Fallback', delivery.fallback_delivery_id === null ? null : printable(delivery.fallback_delivery_id)],
    ['Temporal', printable(delivery.temporal_url)],
  ]);
  if (attempts.length === 0) return `${summary}\n\nNo attempt has ended yet.`;
  const rows = table(
    attempts,
    [
      { title: 'TRY', value: ({ number }) => String(number) },
      { title: 'STARTED', value: ({ started_at }) => started_at },
      { title: 'TOOK', value: ({ duration_ms }) => duration(duration_ms) },
      { title: 'CODE', value: ({ status_code }) => String(status_code ?? '-') },
      { title: 'ERROR', value: ({ error }) => error ?? '-' },
      { title: 'URL', value: ({ url }) => url, optional: true },
    ],
    terminal,
  );
  return [summary, rows, ...lastRequest(attempts), ...lastAnswer(attempts)].join('\n\n');
}

/** Headers and phases of the last attempt; nothing of one from before they were kept. */
function lastRequest(attempts: readonly Attempt[]): string[] {
  const { request_headers: headers, timings } = attempts.at(-1) ?? {};
  const lines = Object.entries(headers ?? {}).map(
    ([name, value]) => `  ${printable(name)}: ${printable(value)}`,
  );
  const phases = [
    ['DNS', timings?.dns_ms],
    ['connect', timings?.connect_ms],
    ['TLS', timings?.tls_ms],
    ['first byte', timings?.first_byte_ms],
  ] as const;
  const took = phases.flatMap(([name, ms]) => (typeof ms === 'number' ? [`${name} ${ms} ms`] : []));
  return [
    ...(lines.length === 0 ? [] : [`The last request:\n${lines.join('\n')}`]),
    ...(took.length === 0 ? [] : [`Its time went by: ${took.join(', ')}`]),
  ];
}

function eventsText({ event, event_id, batched_events, events }: DeliveryWithAttempts): string {
  if (batched_events === null) return `${event} (${event_id})`;
  const shown = events.slice(0, SHOWN_OF_BATCH).map((one) => one.event_id);
  const more = batched_events - shown.length;
  return `${event}, a batch of ${batched_events} (${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''})`;
}

function lastAnswer(attempts: readonly Attempt[]): string[] {
  const body = attempts.at(-1)?.response_body ?? '';
  if (body === '') return [];
  const cut = body.length > SHOWN_OF_ANSWER ? ' … (--json shows the rest)' : '';
  return [`The last answer: ${printable(body.slice(0, SHOWN_OF_ANSWER))}${cut}`];
}
