/** The command line: which commands there are. How each behaves is in its file under commands/. */
import { Command } from 'commander';
import { createRequire } from 'node:module';
import { apiAddress } from './api-address.ts';
import { createApiClient } from './api-client.ts';
import type { Cli, RegisterCommand } from './cli.ts';
import { registerCompletion } from './commands/completion.ts';
import { registerDeliveries } from './commands/deliveries.ts';
import { registerDiagnose } from './commands/diagnose.ts';
import { registerEvents } from './commands/events.ts';
import { registerExplain } from './commands/explain.ts';
import { registerHealth } from './commands/health.ts';
import { registerKeys } from './commands/keys.ts';
import { registerListen } from './commands/listen.ts';
import { registerRebuild } from './commands/rebuild.ts';
import { registerStats } from './commands/stats.ts';
import { registerStuck } from './commands/stuck.ts';
import { registerSubscriptions } from './commands/subscriptions.ts';
import type { Terminal } from './terminal.ts';

/** In the order of the help. */
const COMMANDS: readonly RegisterCommand[] = [
  registerSubscriptions,
  registerDeliveries,
  registerStuck,
  registerEvents,
  registerStats,
  registerHealth,
  registerExplain,
  registerDiagnose,
  registerListen,
  registerKeys,
  registerRebuild,
  registerCompletion,
];

// By the package's own name: the way there from here is another one once it is compiled.
const { version } = createRequire(import.meta.url)('webhooks/package.json') as { readonly version: string };

const ENVIRONMENT_HELP = `
Environment:
  WEBHOOKS_API_URL   where the API is; by default http://HOST:PORT of the stack of \`npm start\`
  WEBHOOKS_API_KEY   the key to ask with; by default the one that \`npm start\` keeps in WEBHOOKS_DATA_DIR
  KAFKA_BROKERS, DATABASE_URL and what belongs to them: for \`rebuild\`, which needs no API
  NO_COLOR           set it to anything to do without colours

Exit codes: 0 done, 1 failed, 2 wrong usage.`;

/** The whole tree of commands. Parsing throws a CommanderError for help and for wrong usage; it never exits. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command('webhooks')
    .description('See and change what the webhook delivery system does.')
    .version(version, '--version', 'print the version of the program')
    .option('--json', 'print what the API answers, for programs')
    .configureHelp({ showGlobalOptions: true, helpWidth: terminal.columns ?? 100 })
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
      getOutHasColors: () => terminal.colours,
    })
    .showHelpAfterError('(--help tells more)')
    .exitOverride()
    .addHelpText('after', ENVIRONMENT_HELP);
  const cli: Cli = {
    terminal,
    api: () => createApiClient(apiAddress(terminal)),
    wantsJson: () => program.opts()['json'] === true,
  };
  for (const register of COMMANDS) register(program, cli);
  return program;
}
