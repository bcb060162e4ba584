/** `webhooks rebuild`: the read models again from Kafka. It asks no API, but Kafka and PostgreSQL themselves. */
import type { Command } from 'commander';
import { pino } from 'pino';
import { READ_MODEL_RULES } from '../../../domain/record/read-model-rules.ts';
import { createKafka } from '../../../infra/kafka/client.ts';
import { readModels } from '../../../infra/projections/read-models.ts';
import { rebuildReadModels, type RebuildResult } from '../../../infra/projections/rebuild.ts';
import type { Config } from '../../../schemas/config.ts';
import { configOf } from '../api-address.ts';
import type { Cli } from '../cli.ts';
import { confirm } from '../confirm.ts';
import { duration } from '../elapsed.ts';
import { withExamples } from '../examples.ts';
import { failed } from '../failure.ts';
import { figure, perSecond, progressLine, type Progress } from '../progress.ts';

const PROGRESS_EVERY_MS = 200;

/** What it depends on. */
const VARIABLES = [
  'KAFKA_BROKERS',
  'KAFKA_SSL',
  'KAFKA_SASL_MECHANISM',
  'KAFKA_SASL_USERNAME',
  'KAFKA_SASL_PASSWORD',
  'DATABASE_URL',
  'WEBHOOKS_PORT_OFFSET',
] as const;

export function registerRebuild(program: Command, cli: Cli): void {
  withExamples(
    program
      .command('rebuild')
      .description('Drop the read models, and build them again from Kafka. Reads KAFKA_* and DATABASE_URL')
      .option('--yes', 'do not ask')
      .action((options: { yes?: boolean }) => rebuild(cli, options.yes === true)),
    'rebuild',
    'rebuild --yes --json',
  );
}

async function rebuild(cli: Cli, confirmed: boolean): Promise<void> {
  const { terminal } = cli;
  const config = configOf(terminal, VARIABLES);
  const database = new URL(config.databaseUrl);
  if (!confirmed) {
    await confirm(
      terminal,
      `Build all read models in ${database.host}${database.pathname} again from ${config.kafka.brokers.join(', ')}? ` +
        'What Kafka does not have any more is gone from them then.',
      { verb: 'rebuild', past: 'rebuilt' },
    );
  }
  const startedAtMs = performance.now();
  const result = await carryOut(cli, config, startedAtMs);
  if (result.kind === 'already_running') throw failed('another rebuild of this database is at work');

  const elapsedMs = Math.round(performance.now() - startedAtMs);
  const recordsPerSecond = perSecond(result.records, elapsedMs);
  terminal.print(
    cli.wantsJson()
      ? JSON.stringify({
          records: result.records,
          elapsed_ms: elapsedMs,
          records_per_second: recordsPerSecond,
        })
      : `Rebuilt from ${figure(result.records)} records in ${duration(elapsedMs)}, ${figure(recordsPerSecond)} a second.`,
  );
}

async function carryOut({ terminal }: Cli, config: Config, startedAtMs: number): Promise<RebuildResult> {
  const logger = pino(
    { level: 'error', base: null, timestamp: false },
    { write: (line) => terminal.note(line.trimEnd()) },
  );
  const cancelled = new AbortController();
  void terminal.interrupted().then(() => cancelled.abort(new Error('it was interrupted')));
  let shownAtMs = -Infinity;
  const onProgress = (progress: Progress): void => {
    const nowMs = performance.now();
    if (nowMs - shownAtMs < PROGRESS_EVERY_MS) return;
    shownAtMs = nowMs;
    terminal.status(progressLine(progress, nowMs - startedAtMs, 'records'));
  };
  try {
    return await rebuildReadModels({
      kafka: createKafka(config.kafka, 'webhooks-cli', logger),
      databaseUrl: config.databaseUrl,
      logger,
      models: readModels(READ_MODEL_RULES),
      onProgress,
      signal: cancelled.signal,
    });
  } catch (error) {
    throw failed(`nothing was changed: ${reasonOf(error)}`);
  } finally {
    terminal.status('');
  }
}

/** A name that stands for several addresses fails with one error for each, and no message of its own. */
const reasonOf = (error: unknown): string => {
  const { message, code, errors } = error as NodeJS.ErrnoException & { errors?: readonly Error[] };
  return message || errors?.[0]?.message || code || String(error);
};
