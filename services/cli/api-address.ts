/** Where the API is and with which key to ask it: from the environment, else from what `npm start` has kept. */
import { join } from 'node:path';
import { withStoredKeys } from '../../infra/process/data-dir.ts';
import { type Config, localUrl, parseConfig } from '../../schemas/config.ts';
import { usageFailure } from './failure.ts';
import type { Terminal } from './terminal.ts';

export interface ApiAddress {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  readonly key: string;
}

/** What the CLI depends on. A wrong value of another variable is no concern of the one who asks for a list. */
const VARIABLES = ['HOST', 'PORT', 'WEBHOOKS_PORT_OFFSET', 'WEBHOOKS_DATA_DIR', 'WEBHOOKS_API_KEY'] as const;

/** @throws CliFailure (2) that names the variable and what was expected */
export function apiAddress(terminal: Pick<Terminal, 'environment' | 'workingDir'>): ApiAddress {
  const config = withStoredKeys(localConfig(terminal));
  if (config.adminKey === null) {
    throw usageFailure(
      `no API key: set WEBHOOKS_API_KEY, or run \`npm start\` once, which keeps one in ${join(config.dataDir, 'api-key')}`,
    );
  }
  const given = terminal.environment['WEBHOOKS_API_URL'];
  return { baseUrl: given ? parseBaseUrl(given) : localUrl(config, config.ports.api), key: config.adminKey };
}

/** The part of the environment that says where things run on this machine. Throws as `apiAddress` does. */
export const localConfig = (terminal: Pick<Terminal, 'environment' | 'workingDir'>): Config =>
  configOf(terminal, VARIABLES);

/** What these variables of the environment come to; all others count as absent. Throws as `apiAddress` does. */
export function configOf(
  { environment, workingDir }: Pick<Terminal, 'environment' | 'workingDir'>,
  variables: readonly string[],
): Config {
  const parsed = parseConfig(
    Object.fromEntries(variables.map((name) => [name, environment[name]])),
    workingDir,
  );
  if (!parsed.ok) throw usageFailure(parsed.message);
  return parsed.config;
}

function parseBaseUrl(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw usageFailure('WEBHOOKS_API_URL: expected a url such as http://127.0.0.1:8080');
  }
  return url.href.replace(/\/+$/, '');
}
