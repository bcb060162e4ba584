/** The only place that makes a Kafka client, so that another library can take kafkajs's place. */
import { createRequire } from 'node:module';
import kafkajs, { Kafka, logLevel, type KafkaConfig } from 'kafkajs';
import type { Config } from '../../schemas/config.ts';
import type { Logger } from '../telemetry.ts';
import { registerCompressionCodecs } from './compression.ts';

const require = createRequire(import.meta.url);
// Its errors are exported in a way that Node sees only as part of the whole.
const { KafkaJSError, KafkaJSNumberOfRetriesExceeded } = kafkajs;

/** Kafka was asked and could not answer in the time that a question has. */
export class KafkaTooSlow extends Error {}

/**
 * True for what reading rejects with while brokers are away or too slow: what kafkajs would have tried again, whether
 * it gave up over it or was not allowed to.
 */
export const isKafkaAway = (error: unknown): boolean =>
  error instanceof KafkaTooSlow ||
  error instanceof KafkaJSNumberOfRetriesExceeded ||
  (error instanceof KafkaJSError && error.retriable);

let patched = false;

/**
 * kafkajs 2.2.4 re-arms a timer with a negative delay for as long as a connection is open: some 880 wake-ups
 * a second and 4.5 % of a core per idle client (its issue 1751). Nothing needs checking while nothing is
 * pending.
 */
function stopIdleWakeUps(): void {
  const { prototype } = require('kafkajs/src/network/requestQueue') as {
    prototype: {
      pending: unknown[];
      throttledUntil: number;
      scheduleCheckPendingRequests(): void;
    };
  };
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function () {
    if (this.pending.length === 0 && this.throttledUntil <= Date.now()) return;
    schedule.call(this);
  };
}

/**
 * Makes a client for the brokers of `config`. It connects when it is first used. `clientId` is what brokers
 * log and quotas name.
 */
export function createKafka(config: Config['kafka'], clientId: string, logger: Logger): Kafka {
  if (!patched) {
    patched = true;
    stopIdleWakeUps();
    registerCompressionCodecs();
    process.env.KAFKAJS_NO_PARTITIONER_WARNING = '1';
  }
  const { sasl } = config;
  return new Kafka({
    clientId,
    brokers: [...config.brokers],
    ssl: config.ssl,
    ...(sasl === null ? {} : { sasl: sasl as NonNullable<KafkaConfig['sasl']> }),
    connectionTimeout: 10_000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 8 },
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => {
      const { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...fields } = entry.log;
      const line = { kafka: entry.namespace, ...fields };
      // kafkajs reports each reconnection as an error; what it cannot mend reaches us as a crash.
      if (entry.level === logLevel.ERROR || entry.level === logLevel.WARN) logger.warn(line, message);
      else logger.debug(line, message);
    },
  });
}
