/** `webhooks subscriptions`: what customers configured. */
import { type Command, Option } from 'commander';
import { CreatedSubscription, Subscription } from '../answers.ts';
import { type Cli, show } from '../cli.ts';
import { stateColour } from '../colour.ts';
import { confirm } from '../confirm.ts';
import { withExamples } from '../examples.ts';
import { usageFailure } from '../failure.ts';
import { readText } from '../input-text.ts';
import { type PageOptions, showList, withPageOptions } from '../list-pages.ts';
import { printable } from '../printable.ts';
import {
  inactiveOption,
  type SettingsOptions,
  settingsOf,
  withSettingsOptions,
} from '../subscription-settings.ts';
import { subscriptionPath } from '../subscription-path.ts';
import { details, table } from '../table.ts';
import { registerFlush } from './flush.ts';
import { registerHistory } from './history.ts';
import { registerResume } from './resume.ts';
import { registerRotateSecret } from './rotate-secret.ts';
import { registerTest } from './test-delivery.ts';

/** Changes that need nothing but the id. */
const VERBS = [
  { verb: 'pause', description: 'Hold deliveries back until it is resumed' },
  { verb: 'enable', description: 'Take up a disabled subscription again' },
] as const;

export function registerSubscriptions(program: Command, cli: Cli): void {
  const group = program.command('subscriptions').description('What is delivered to whom');

  withExamples(
    withSettingsOptions(group.command('create').description('Make a subscription, and print its secret'))
      .addOption(inactiveOption('make it disabled: it gets nothing until it is enabled'))
      .action((options: SettingsOptions) => create(cli, options)),
    "subscriptions create --url https://example.com/hook --events 'workflow.*'",
    `subscriptions create --url https://example.com/hook --events '*' --filter '{"user_id":["u1"]}'`,
    'subscriptions create --file subscription.json --inactive',
  );

  withExamples(
    withPageOptions(group.command('list').description('List subscriptions, the newest first')).action(
      (options: PageOptions) => list(cli, options),
    ),
    'subscriptions list',
    "subscriptions list --all --json | jq -r '.data[].url'",
  );

  withExamples(
    group
      .command('get')
      .description('Show all settings of one')
      .argument('<id>', 'such as wh_…')
      .action(async (id: string) =>
        show(cli, await cli.api().get(subscriptionPath(id)), Subscription, rendered(cli)),
      ),
    'subscriptions get wh_abc12345',
  );

  withExamples(
    withSettingsOptions(
      group
        .command('update')
        .description('Change settings; those that are not named stay')
        .argument('<id>', 'such as wh_…'),
    )
      .addOption(inactiveOption('disable it: what happens meanwhile is not delivered'))
      .addOption(new Option('--active', 'resume or enable it').conflicts('inactive'))
      .action((id: string, options: SettingsOptions) => update(cli, id, options)),
    'subscriptions update wh_abc12345 --url https://example.com/new-hook --max-retries 5',
    'subscriptions update wh_abc12345 --file -  < subscription.json',
  ).addHelpText('after', '\n--header, --filter, --condition and --events replace all that was there.');

  for (const { verb, description } of VERBS) {
    withExamples(
      group
        .command(verb)
        .description(description)
        .argument('<id>', 'such as wh_…')
        .action(async (id: string) =>
          show(cli, await cli.api().post(`${subscriptionPath(id)}/${verb}`), Subscription, standing(cli)),
        ),
      `subscriptions ${verb} wh_abc12345`,
    );
  }

  registerResume(group, cli, standing(cli));
  registerRotateSecret(group, cli);
  registerFlush(group, cli);
  registerHistory(group, cli);
  registerTest(group, cli);

  withExamples(
    group
      .command('delete')
      .description('Delete one for good')
      .argument('<id>', 'such as wh_…')
      .option('--yes', 'do not ask')
      .action((id: string, options: { yes?: boolean }) => remove(cli, id, options.yes === true)),
    'subscriptions delete wh_abc12345',
    'subscriptions delete wh_abc12345 --yes',
  );
}

async function create(cli: Cli, options: SettingsOptions): Promise<void> {
  const settings = await readSettings(cli, options);
  if (settings['url'] === undefined || settings['events'] === undefined) {
    throw usageFailure('expected --url and --events, on the command line or in the --file');
  }
  const answer = await cli.api().post('/v1/subscriptions', JSON.stringify(settings));
  show(cli, answer, CreatedSubscription, (created) =>
    [
      details([
        ['Id', printable(created.id)],
        ['Secret', printable(created.secret)],
        ['State', stateColour(cli.terminal)(printable(created.state))],
      ]),
      'Keep the secret now: the receiver checks signatures with it, and `get` and `list` never show it.',
    ].join('\n'),
  );
}

async function update(cli: Cli, id: string, options: SettingsOptions): Promise<void> {
  const settings = await readSettings(cli, options);
  if (Object.keys(settings).length === 0) throw usageFailure('nothing to change: name at least one setting');
  show(
    cli,
    await cli.api().patch(subscriptionPath(id), JSON.stringify(settings)),
    Subscription,
    rendered(cli),
  );
}

const readSettings = async ({ terminal }: Cli, options: SettingsOptions) =>
  settingsOf(options, options.file === undefined ? null : await readText(options.file, '--file', terminal));

function list(cli: Cli, options: PageOptions): Promise<void> {
  const request = {
    path: '/v1/subscriptions',
    query: {},
    shape: Subscription,
    empty: 'No subscriptions. `webhooks subscriptions create --help` shows how to make one.',
  };
  return showList(cli, request, options, (rows) =>
    table(
      rows,
      [
        { title: 'ID', value: ({ id }) => id },
        { title: 'STATE', value: ({ state }) => state, colour: stateColour(cli.terminal) },
        { title: 'URL', value: ({ url }) => url },
        { title: 'EVENTS', value: ({ events }) => events.join(','), optional: true },
        { title: 'DESCRIPTION', value: ({ description }) => description, optional: true },
      ],
      cli.terminal,
    ),
  );
}

async function remove(cli: Cli, id: string, confirmed: boolean): Promise<void> {
  if (!confirmed) {
    await confirm(cli.terminal, `Delete ${printable(id)}? What it still owes is never delivered.`, {
      verb: 'delete',
      past: 'deleted',
    });
  }
  const { text } = await cli.api().delete(subscriptionPath(id));
  if (!cli.wantsJson()) cli.terminal.print(`${printable(id)} is deleted`);
  else if (text !== '') cli.terminal.print(text);
}

const standing =
  ({ terminal }: Cli) =>
  ({ id, state, state_reason }: Subscription): string =>
    `${printable(id)} is ${stateColour(terminal)(printable(state))}${state_reason === null ? '' : ` (${printable(state_reason)})`}`;

/** When the first certificate ends, and which want renewing. */
const tlsText = ({ tls }: Subscription): string | null =>
  tls ? printable([`until ${tls.expires_at?.slice(0, 10) ?? '?'}`, ...tls.warnings].join('; ')) : null;

const autoDisableText = ({ auto_disable_after: seconds }: Subscription): string =>
  seconds === null ? 'never' : `after ${seconds} s of nothing but failure`;

const rendered =
  ({ terminal }: Cli) =>
  (subscription: Subscription): string => {
    const { retry_policy: policy, state_reason: reason, aggregation, rate_limit: rateLimit } = subscription;
    const backoff = policy.exponential_backoff ? `, doubling up to ${policy.max_delay} s` : '';
    const headerNames = Object.keys(subscription.headers);
    const json = (value: object): string | null =>
      Object.keys(value).length === 0 ? null : printable(JSON.stringify(value));
    return details([
      ['Id', printable(subscription.id)],
      [
        'State',
        `${stateColour(terminal)(printable(subscription.state))}${reason === null ? '' : ` (${printable(reason)})`}`,
      ],
      ['Url', printable(subscription.url)],
      ['Events', printable(subscription.events.join(', '))],
      ['Description', subscription.description === '' ? null : printable(subscription.description)],
      ['Timeout', `${subscription.timeout} s`],
      ['Retries', `${policy.max_retries}, the first after ${policy.retry_delay} s${backoff}`],
      // Names alone: a header is where a receiver's password is.
      [
        'Headers',
        headerNames.length === 0 ? null : `${printable(headerNames.join(', '))} (values with --json)`,
      ],
      ['Filters', json(subscription.filters)],
      ['Conditions', json(subscription.conditions)],
      ['Routes', json(subscription.routes)],
      ['TLS', tlsText(subscription)],
      [
        'Batches',
        aggregation === null
          ? null
          : `of ${aggregation.batch_size}, or what came in ${aggregation.batch_timeout} s`,
      ],
      ['Rate limit', rateLimit === null ? null : `${rateLimit.per_second} a second`],
      ['Ordered by', subscription.ordered_by === null ? null : printable(subscription.ordered_by)],
      ['Fallback', subscription.fallback === null ? null : printable(subscription.fallback.url)],
      ['Signature', printable(subscription.signature_scheme)],
      ['Auto-disable', autoDisableText(subscription)],
      ['Version', String(subscription.version)],
      ['Created', printable(subscription.created_at)],
      ['Updated', printable(subscription.updated_at)],
    ]);
  };
