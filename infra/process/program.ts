/**
 * The frame of every service: reads the environment, writes its process id, runs, and stops cleanly on
 * SIGTERM or SIGINT. A wrong environment is one line on standard error and exit code 1.
 */
import type { Registry } from 'prom-client';
import type { Config } from '../../schemas/config.ts';
import type { KeyRing } from '../crypto/sealed-secret.ts';
import { createLogger, createMetrics, type Logger } from '../telemetry.ts';
import { logFile, writePidFile } from './data-dir.ts';
import { readEnvironment } from './environment.ts';
import { startHealthServer } from './health-server.ts';

/** What a service is given. */
export interface ProgramContext {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Registry;
  /** What seals and opens secrets and Temporal's payloads. */
  readonly keys: KeyRing;
  /** Ends the process with a non-zero code, so that whoever runs it starts it again. */
  readonly crash: (error: Error) => void;
}

/** A service that runs. */
export interface RunningService {
  /** True once it takes work. */
  readonly isReady: () => boolean;
  /** Finishes what is in hand and lets go of everything. */
  readonly stop: () => Promise<void>;
}

export interface Program {
  readonly name: 'router' | 'worker' | 'projector' | 'api';
  /** Where `/healthz`, `/readyz` and `/metrics` are served; null for a service that serves them itself. */
  readonly healthPort: ((config: Config) => number) | null;
  readonly start: (context: ProgramContext) => Promise<RunningService>;
}

/** A stop that takes longer is cut off. */
const STOP_PATIENCE_MS = 25_000;

/** Runs a program until it is told to stop. Resolves never: the process ends. */
export async function runProgram(program: Program): Promise<void> {
  const { config, keys } = readEnvironment();
  const logger = createLogger(program.name, config.logLevel, logFile(config.dataDir, program.name));
  const metrics = createMetrics(program.name);
  const removePidFile = writePidFile(config.dataDir, program.name);
  let running: RunningService | null = null;
  let ending = false;

  const end = (exitCode: number): never => {
    removePidFile();
    logger.flush();
    process.exit(exitCode);
  };
  const crash = (error: Error): void => {
    if (ending) return;
    ending = true;
    logger.fatal({ err: error }, `${program.name} cannot go on: ${error.message}`);
    end(1);
  };
  const stop = (signal: string): void => {
    if (ending) return;
    ending = true;
    logger.info({ signal }, `${program.name} stops`);
    const impatient = setTimeout(() => {
      logger.error(`${program.name} did not stop within ${STOP_PATIENCE_MS / 1_000} s`);
      end(1);
    }, STOP_PATIENCE_MS);
    (running?.stop() ?? Promise.resolve()).then(
      () => {
        clearTimeout(impatient);
        logger.info(`${program.name} stopped`);
        end(0);
      },
      (error: unknown) => {
        logger.error({ err: error }, `${program.name} did not stop cleanly`);
        end(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', (reason) =>
    crash(reason instanceof Error ? reason : new Error(String(reason))),
  );

  try {
    if (program.healthPort !== null) {
      await startHealthServer({
        host: config.host,
        port: program.healthPort(config),
        metrics,
        isReady: () => running?.isReady() ?? false,
      });
    }
    running = await program.start({ config, logger, metrics, keys, crash });
    logger.info(`${program.name} runs`);
  } catch (error) {
    crash(error as Error);
  }
}
