/** Logs and metrics of a process. Log lines are JSON, one a line, and never hold secrets, bodies or headers. */
import { fstatSync, statSync } from 'node:fs';
import { pino, type Logger as PinoLogger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Config } from '../schemas/config.ts';

export type Logger = PinoLogger;

/** A logger for one service, to standard output and to `file`. */
export const createLogger = (service: string, level: Config['logLevel'], file: string): Logger => {
  const toFile = pino.destination({ dest: file, sync: true, append: true, mkdir: true });
  const streams = [{ level: 'trace' as const, stream: toFile }];
  // `npm start` points standard output at the very file: each line once is enough.
  if (!isSameFile(1, file)) streams.push({ level: 'trace', stream: pino.destination({ fd: 1, sync: true }) });
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.multistream(streams),
  );
};

function isSameFile(descriptor: number, file: string): boolean {
  const open = fstatSync(descriptor);
  const named = statSync(file);
  return open.dev === named.dev && open.ino === named.ino;
}

/** A registry with the process's own figures (CPU, memory, event loop), labelled with the service. */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}
