/** `webhooks subscriptions history`: who changed what and when. */
import type { Command } from 'commander';
import { VersionChange } from '../answers.ts';
import type { Cli } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { type PageOptions, showList, withPageOptions } from '../list-pages.ts';
import { subscriptionPath } from '../subscription-path.ts';
import { table } from '../table.ts';

/** A value longer than this is cut, in characters; `--json` has all of it. */
const SHOWN_LENGTH = 40;

export function registerHistory(group: Command, cli: Cli): void {
  withExamples(
    withPageOptions(
      group
        .command('history')
        .description('Tell who changed what and when, the newest first; of deleted ones too')
        .argument('<id>', 'such as wh_…'),
    ).action((id: string, options: PageOptions) => history(cli, id, options)),
    'subscriptions history wh_abc12345',
    'subscriptions history wh_abc12345 --all --json | jq \'.data[] | select(.actor == "key:admin")\'',
  );
}

function history(cli: Cli, id: string, options: PageOptions): Promise<void> {
  const request = {
    path: `${subscriptionPath(id)}/history`,
    query: {},
    shape: VersionChange,
    empty: 'Nothing has changed since then.',
  };
  return showList(cli, request, options, (versions) =>
    table(
      versions.flatMap(linesOf),
      [
        { title: 'VERSION', value: ({ version }) => version },
        { title: 'WHEN', value: ({ at }) => at },
        { title: 'WHO', value: ({ actor }) => actor },
        { title: 'WHAT', value: ({ what }) => what },
        { title: 'SETTING', value: ({ path }) => path },
        { title: 'FROM', value: ({ from }) => from, optional: true },
        { title: 'TO', value: ({ to }) => to, optional: true },
      ],
      cli.terminal,
    ),
  );
}

/** A line for each setting. What holds for the whole version stands in the first alone. */
function linesOf({ version, at, actor, type, changes }: VersionChange) {
  const head = { version: String(version), at, actor, what: spoken(type) };
  const nothing = { version: '', at: '', actor: '', what: '' };
  if (changes.length === 0) return [{ ...head, path: '', from: '', to: '' }];
  return changes.map(({ path, from, to }, index) => ({
    ...(index === 0 ? head : nothing),
    path,
    from: shortened(from),
    to: shortened(to),
  }));
}

/** `SubscriptionSecretRotated` → `secret rotated`. */
const spoken = (type: string): string =>
  type
    .replace(/^Subscription/, '')
    .replace(/(?<=.)[A-Z]/g, (letter) => ` ${letter}`)
    .toLowerCase();

function shortened(value: unknown): string {
  if (value === null) return '-';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}
