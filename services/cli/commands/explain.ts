/** `webhooks explain`: why an event was or was not delivered to a subscription. */
import type { Command } from 'commander';
import { type Check, Explanation } from '../answers.ts';
import { type Cli, show } from '../cli.ts';
import { stateColour } from '../colour.ts';
import { withExamples } from '../examples.ts';
import { printable } from '../printable.ts';
import { details, table } from '../table.ts';

interface ExplainOptions {
  readonly from?: string;
  readonly to?: string;
}

export function registerExplain(program: Command, cli: Cli): void {
  withExamples(
    program
      .command('explain')
      .description('Tell why an event was or was not delivered to a subscription')
      .argument('<event id>', 'such as evt_…')
      .argument('<id>', 'of the subscription, such as wh_…')
      .option('--from <time>', 'look for the event from here on, such as 2024-01-15T10:30:00Z')
      .option(
        '--to <time>',
        'look for the event before this time; by default the last 24 hours are looked through',
      )
      .action(async (eventId: string, id: string, { from, to }: ExplainOptions) => {
        const asked = JSON.stringify({ event_id: eventId, subscription_id: id, from, to });
        show(cli, await cli.api().post('/v1/explain', asked), Explanation, (answer) => rendered(cli, answer));
      }),
    'explain evt_1 wh_abc12345',
    'explain evt_1 wh_abc12345 --from 2024-01-15T00:00:00Z --to 2024-01-16T00:00:00Z',
    'explain evt_1 wh_abc12345 --json | jq \'.checks[] | select(.outcome != "holds")\'',
  );
}

function rendered({ terminal }: Cli, answer: Explanation): string {
  const { subscription, delivery, records, searched } = answer;
  const repeats = records.filter(({ outcome }) => outcome === 'deduplicated').length;
  const summary = details([
    ['Event', printable(`${answer.event ?? '?'} (${answer.event_id}) of ${answer.account_id ?? '?'}`)],
    ['Subscription', `${printable(answer.subscription_id)}, ${stateText(subscription)}`],
    ['Delivered', answer.delivered ? 'yes' : `no: ${printable(answer.reason)}`],
    ['Why', printable(answer.detail)],
    ['Url', answer.url === null ? null : printable(answer.url)],
    [
      'Delivery',
      delivery === null
        ? null
        : `${printable(delivery.id)} (${stateColour(terminal)(printable(delivery.status))})`,
    ],
    ['Temporal', delivery === null ? null : printable(delivery.temporal_url)],
    ['Repeated', repeatsText(repeats)],
    ['Looked', searched.complete ? null : `only through a part of ${searched.from} to ${searched.to}`],
  ]);
  if (answer.checks.length === 0) return summary;
  const checks = table(
    answer.checks,
    [
      { title: 'CHECK', value: ({ path }) => path },
      { title: 'OPERATOR', value: ({ operator }) => operator },
      { title: 'EXPECTED', value: ({ expected }) => shortened(expected) },
      { title: 'GOT', value: actualText },
      { title: 'OUTCOME', value: ({ outcome }) => outcome, colour: stateColour(terminal) },
    ],
    terminal,
  );
  return `${summary}\n\n${checks}`;
}

const stateText = ({ at, version, state }: Explanation['subscription']): string =>
  version === 0
    ? `not created yet at ${printable(at)}`
    : `${printable(state)} in version ${version} at ${printable(at)}`;

function repeatsText(count: number): string | null {
  if (count === 0) return null;
  return count === 1
    ? 'by 1 more record, which is the same event'
    : `by ${count} more records, which are the same event`;
}

const actualText = ({ actual, outcome }: Check): string => (outcome === 'missing' ? '-' : shortened(actual));

const SHOWN_LENGTH = 40;

/** A value as JSON; `--json` has what is cut. */
function shortened(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}
