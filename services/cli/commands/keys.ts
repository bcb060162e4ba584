/** `webhooks keys`: the API keys of an account, and the encryption keys of the whole system. */
import { type Command, Option } from 'commander';
import { ApiKey, CreatedApiKey } from '../answers.ts';
import { type Cli, show } from '../cli.ts';
import { confirm } from '../confirm.ts';
import { age } from '../elapsed.ts';
import { withExamples } from '../examples.ts';
import { type PageOptions, showList, withPageOptions } from '../list-pages.ts';
import { commaList } from '../option-values.ts';
import { printable } from '../printable.ts';
import { details, table } from '../table.ts';
import { checkEncryption, rotateEncryption } from './rotate-encryption.ts';

interface CreateOptions {
  readonly scopes: readonly string[];
  readonly account?: string;
}

export function registerKeys(program: Command, cli: Cli): void {
  const group = program
    .command('keys')
    .description('Who may use the API and for what, and what secrets are encrypted with');

  withExamples(
    group
      .command('create')
      .description('Make a key, and print it')
      .argument('<name>', 'what it is for')
      .addOption(
        new Option('--scopes <scopes>', 'read, write or admin; several separated by commas')
          .argParser(commaList)
          .makeOptionMandatory(),
      )
      .option(
        '--account <id>',
        "whose key it is to be, if not the asking key's; only admins of default name another",
      )
      .action((name: string, options: CreateOptions) => create(cli, name, options)),
    'keys create dashboard --scopes read',
    'keys create acme-admin --scopes admin --account acme',
  );

  withExamples(
    withPageOptions(
      group.command('list').description('List the keys of your account, the newest first'),
    ).action((options: PageOptions) => list(cli, options)),
    'keys list',
  );

  withExamples(
    group
      .command('revoke')
      .description('Refuse a key from now on')
      .argument('<id>', 'such as key_…')
      .option('--yes', 'do not ask')
      .action((id: string, options: { yes?: boolean }) => revoke(cli, id, options.yes === true)),
    'keys revoke key_1a2B3c4D5e6F7g8H',
    'keys revoke key_1a2B3c4D5e6F7g8H --yes',
  );

  withExamples(
    group
      .command('rotate-encryption')
      .description('Put every secret under the first key of WEBHOOKS_ENCRYPTION_KEY; for admins of default')
      .option('--check', 'change nothing, and tell whether older keys may be removed')
      .action(({ check }: { check?: boolean }) =>
        check === true ? checkEncryption(cli) : rotateEncryption(cli),
      ),
    'keys rotate-encryption',
    'keys rotate-encryption --check',
  );
}

async function create(cli: Cli, name: string, { scopes, account }: CreateOptions): Promise<void> {
  const body = { name, scopes, ...(account === undefined ? {} : { account_id: account }) };
  show(cli, await cli.api().post('/v1/api-keys', JSON.stringify(body)), CreatedApiKey, (created) =>
    [
      details([
        ['Id', printable(created.id)],
        ['Key', printable(created.key)],
        ['Scopes', printable(created.scopes.join(', '))],
        ['Account', printable(created.account_id)],
      ]),
      'Keep the key now: it is stored nowhere, and nothing shows it again.',
    ].join('\n'),
  );
}

function list(cli: Cli, options: PageOptions): Promise<void> {
  const request = {
    path: '/v1/api-keys',
    query: {},
    shape: ApiKey,
    empty: 'No API keys but the one of the environment. `webhooks keys create --help` shows how to make one.',
  };
  return showList(cli, request, options, (rows) =>
    table(
      rows,
      [
        { title: 'ID', value: ({ id }) => id },
        { title: 'NAME', value: ({ name }) => name },
        { title: 'SCOPES', value: ({ scopes }) => scopes.join(',') },
        {
          title: 'LAST USED',
          value: ({ last_used_at: at }) => (at === null ? 'never' : `${age(at, cli.terminal.now())} ago`),
        },
        { title: 'CREATED', value: ({ created_at }) => created_at, optional: true },
        { title: 'ACCOUNT', value: ({ account_id }) => account_id, optional: true },
      ],
      cli.terminal,
    ),
  );
}

async function revoke(cli: Cli, id: string, confirmed: boolean): Promise<void> {
  if (!confirmed) {
    await confirm(cli.terminal, `Revoke ${printable(id)}? Whoever uses it is refused at once.`, {
      verb: 'revoke',
      past: 'revoked',
    });
  }
  const { text } = await cli.api().delete(`/v1/api-keys/${encodeURIComponent(id)}`);
  if (!cli.wantsJson()) cli.terminal.print(`${printable(id)} is revoked`);
  else if (text !== '') cli.terminal.print(text);
}
