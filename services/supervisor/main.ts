/** `npm start`: real Kafka, Temporal and PostgreSQL on this machine, every service, and the main job to look at. */
import { styleText } from 'node:util';
import { startLocalReceiver, type LocalDelivery } from '../../infra/http/local-receiver.ts';
import { createAppender } from '../../infra/kafka/appender.ts';
import { createKafka } from '../../infra/kafka/client.ts';
import { type LocalStack, LocalStackError, startLocalStack } from '../../infra/local-stack/local-stack.ts';
import { logFile, withKeptKeys } from '../../infra/process/data-dir.ts';
import { createLogger } from '../../infra/telemetry.ts';
import { type Config, localUrl, parseConfig } from '../../schemas/config.ts';
import { fetchSecret, runDemo } from './demo.ts';
import { startServices } from './services.ts';

/** The demo's deliveries are waited for so long, then everything goes on without them. */
const DEMO_PATIENCE_MS = 60_000;
const startedMs = performance.now();
const wantsDemo = readArguments(process.argv.slice(2));
const interrupted = new AbortController();
const undo: (() => Promise<void>)[] = [];
/** Once it is settled, each part and each service is known to `undo` or has ended. */
let bringingUp: Promise<LocalStack> | null = null;
let stopping = false;

process.on('SIGINT', () => void stop(0));
process.on('SIGTERM', () => void stop(0));

try {
  await start();
} catch (error) {
  if (!stopping) {
    // A refusal of the local stack is written for a person; anything else is a fault of ours and shows where.
    console.error(error instanceof LocalStackError ? error.message : error);
    await stop(1);
  }
}

async function start(): Promise<void> {
  const environment = {
    WEBHOOKS_ALLOWED_NETWORKS: '127.0.0.0/8,::1',
    WEBHOOKS_ALLOW_HTTP: 'true',
    ...process.env,
  };
  const parsed = parseConfig(environment, process.cwd());
  if (!parsed.ok) {
    console.error(parsed.message);
    process.exit(1);
  }
  const config = withKeptKeys(parsed.config);
  report(`data in ${config.dataDir}`);
  bringingUp = bringUp(config, environment);
  const stack = await bringingUp;
  interrupted.signal.throwIfAborted();
  await serveAndShow(config, stack.kafkaBrokers);

  const rows = [
    ['API', apiUrlOf(config)],
    ['API key', `${config.adminKey ?? ''}  (account default, kept in the data folder)`],
    ['Temporal UI', stack.temporalUiUrl],
    ['Kafka', stack.kafkaBrokers],
    ['PostgreSQL', stack.databaseUrl],
    ['Receiver', receiverUrlOf(config)],
    ['Logs', `${config.dataDir}/logs`],
  ];
  console.log('');
  for (const [name, value] of rows) console.log(`  ${styleText('bold', (name ?? '').padEnd(12))} ${value}`);
  console.log('\n  Try: npx webhooks events publish workflow.completed        Stop: Ctrl-C\n');
}

/** Starts the local stack, and the services on it. */
async function bringUp(config: Config, environment: NodeJS.ProcessEnv): Promise<LocalStack> {
  const stack = await startLocalStack({
    dataDir: config.dataDir,
    portOffset: config.portOffset,
    environment: process.env,
    report,
    signal: interrupted.signal,
  });
  undo.push(() => stack.stop());

  const servicesEnvironment = {
    ...environment,
    KAFKA_BROKERS: stack.kafkaBrokers,
    TEMPORAL_ADDRESS: stack.temporalAddress,
    TEMPORAL_UI_URL: stack.temporalUiUrl,
    DATABASE_URL: stack.databaseUrl,
    WEBHOOKS_DATA_DIR: config.dataDir,
    WEBHOOKS_API_KEY: config.adminKey ?? '',
    WEBHOOKS_ENCRYPTION_KEY: config.encryptionKeys.map((key) => key.toString('base64')).join(','),
  };
  const services = await startServices(config, servicesEnvironment, report, interrupted.signal);
  undo.push(() => services.stop());
  return stack;
}

/** Starts the built-in receiver, which prints what arrives for as long as everything runs, and the demo. */
async function serveAndShow(config: Config, kafkaBrokers: string): Promise<void> {
  const secrets = new Map<string, string | null>();
  const apiKey = config.adminKey ?? '';
  let arrived = 0;
  let onArrival = (): void => undefined;
  const receiver = await startLocalReceiver({
    host: config.host,
    port: config.ports.receiver,
    secretOf: async (subscriptionId, refused) => {
      if (refused) secrets.delete(subscriptionId);
      const known =
        secrets.get(subscriptionId) ?? (await fetchSecret(apiUrlOf(config), apiKey, subscriptionId));
      secrets.set(subscriptionId, known);
      return known;
    },
    onDelivery: (delivery) => {
      arrived += 1;
      console.log(describe(delivery));
      onArrival();
    },
  });
  undo.push(() => receiver.stop());
  if (!wantsDemo) return;

  const logger = createLogger('supervisor', config.logLevel, logFile(config.dataDir, 'supervisor'));
  const kafka = createKafka({ ...config.kafka, brokers: kafkaBrokers.split(',') }, 'webhooks-demo', logger);
  const appender = await createAppender(kafka, logger);
  const expected = await runDemo({
    apiUrl: apiUrlOf(config),
    apiKey,
    receiverUrl: receiverUrlOf(config),
    appender,
    topic: config.eventTopics[0]!,
    report,
  }).finally(() => appender.close());
  await new Promise<void>((resolve) => {
    onArrival = () => void (arrived >= expected && resolve());
    onArrival();
    setTimeout(resolve, DEMO_PATIENCE_MS).unref();
  });
  if (expected > 0) report(`${arrived} of ${expected} demo deliveries have arrived`);
}

function describe({ headers, verified, body }: LocalDelivery): string {
  const mark =
    verified === 'valid'
      ? styleText('green', '✓ signature valid')
      : styleText('red', `✗ signature ${verified}`);
  const text = body.toString();
  const of = (name: string): string => String(headers[name] ?? '-');
  return [
    `  ${styleText('bold', `→ ${of('x-broxi-event')}`)}  ${of('x-broxi-delivery')}  attempt ${of('x-broxi-attempt')}  ${mark}`,
    `    X-Broxi-Signature: ${of('x-broxi-signature')}`,
    `    ${text.length > 200 ? `${text.slice(0, 200)}…` : text}`,
  ].join('\n');
}

async function stop(exitCode: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  interrupted.abort();
  report('stopping …');
  await Promise.allSettled([bringingUp]);
  for (const step of undo.reverse()) {
    await step().catch((error: unknown) => console.error(error instanceof Error ? error.message : error));
  }
  report('stopped');
  process.exit(exitCode);
}

function report(line: string): void {
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1).padStart(6);
  console.log(`${styleText('dim', `${seconds} s`)}  ${line}`);
}

function apiUrlOf(config: Config): string {
  return localUrl(config, config.ports.api);
}

function receiverUrlOf(config: Config): string {
  return `${localUrl(config, config.ports.receiver)}/`;
}

/** Whether the demo is wanted. Leaves the process where the arguments are wrong. */
function readArguments(args: readonly string[]): boolean {
  const unknown = args.filter((arg) => arg !== '--no-demo' && arg !== '--help');
  if (unknown.length > 0 || args.includes('--help')) {
    const usage =
      'Usage: npm start -- [--no-demo]\n\n  --no-demo  start everything, without the demo subscription and its events';
    if (unknown.length > 0) console.error(`unknown argument ${unknown[0]}\n\n${usage}`);
    else console.log(usage);
    process.exit(unknown.length > 0 ? 2 : 0);
  }
  // `npm start --no-demo`, without the two dashes before it, arrives as npm's own setting.
  return !args.includes('--no-demo') && process.env['npm_config_demo'] !== '';
}
