/** Puts events of 1 KB on Kafka, all at once or at a steady rate, and remembers when each was sent. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createAppender, type NewRecord } from '../infra/kafka/appender.ts';
import type { Stack } from './stack.ts';

export interface EventPlan {
  /** Names the run in each event, so that the receiver can tell runs apart. */
  readonly run: string;
  readonly eventType: string;
  readonly events: number;
  /** `data.tenant` of each event, what subscriptions may filter by. Default: none. */
  readonly tenantOf?: (seq: number) => string;
  /** The text that fills each of them is random, so that it does not compress. Default: it is nothing but x. */
  readonly isNoise?: boolean;
  /** The Kafka key of all, which keeps them in order. Default: each has its own. */
  readonly key?: string;
}

/** Milliseconds since 1970, by `data.seq`. */
export interface Published {
  readonly startedAtMs: number;
  /** When the record was handed to the producer: never later than Kafka's append. */
  readonly sentAtMs: Float64Array;
  /** When Kafka's answer was here: never earlier. */
  readonly takenAtMs: Float64Array;
}

export interface Load {
  /** As fast as Kafka takes them. Resolves when it has all. */
  burst(plan: EventPlan): Promise<Published>;
  /** Each at its time, whatever became of those before. */
  paced(plan: EventPlan, perSecond: number, signal: AbortSignal): Promise<Published>;
  close(): Promise<void>;
}

const EVENT_BYTES = 1_024;
const BURST_RECORDS = 500;
/** Bursts that wait for Kafka at once: bounds what is held in memory. */
const BURSTS_AT_ONCE = 8;
/** Between two looks at what is due. */
const TICK_MS = 5;

/** A producer of its own. */
export async function createLoad({ kafka, logger, config }: Stack): Promise<Load> {
  const appender = await createAppender(kafka, logger);
  const topic = config.eventTopics[0]!;
  let sent = 0;
  const send = async (plan: EventPlan, published: Published, first: number, last: number): Promise<void> => {
    const records = Array.from({ length: last - first }, (_, index) =>
      recordOf(topic, `evt_${(sent += 1)}`, plan, first + index),
    );
    published.sentAtMs.fill(Date.now(), first, last);
    await appender.append(records);
    published.takenAtMs.fill(Date.now(), first, last);
  };
  return {
    async burst(plan) {
      const published = begin(plan.events);
      const onTheWay = new Set<Promise<void>>();
      for (let first = 0; first < plan.events; first += BURST_RECORDS) {
        const last = Math.min(first + BURST_RECORDS, plan.events);
        const sending = send(plan, published, first, last);
        onTheWay.add(sending);
        sending.then(
          () => onTheWay.delete(sending),
          () => undefined,
        );
        if (onTheWay.size >= BURSTS_AT_ONCE) await Promise.race(onTheWay);
      }
      await Promise.all(onTheWay);
      return published;
    },
    async paced(plan, perSecond, signal) {
      const published = begin(plan.events);
      const sendings: Promise<void>[] = [];
      for (let next = 0; next < plan.events;) {
        const due = Math.min(
          plan.events,
          1 + Math.floor(((Date.now() - published.startedAtMs) * perSecond) / 1_000),
        );
        if (due > next) {
          const sending = send(plan, published, next, due);
          // Heard of at the end, unless the run is given up before.
          sending.catch(() => undefined);
          sendings.push(sending);
        }
        next = Math.max(next, due);
        await delay(TICK_MS, undefined, { signal });
      }
      await Promise.all(sendings);
      return published;
    },
    close: () => appender.close(),
  };
}

const begin = (events: number): Published => ({
  startedAtMs: Date.now(),
  sentAtMs: new Float64Array(events),
  takenAtMs: new Float64Array(events),
});

function recordOf(
  topic: string,
  id: string,
  { run, eventType, tenantOf, isNoise = false, key = id }: EventPlan,
  seq: number,
): NewRecord {
  const event = {
    id,
    event: eventType,
    timestamp: new Date().toISOString(),
    account_id: 'default',
    data: { run, seq, ...(tenantOf === undefined ? {} : { tenant: tenantOf(seq) }), text: '' },
  };
  const length = Math.max(0, EVENT_BYTES - JSON.stringify(event).length);
  event.data.text = isNoise ? randomBytes(length).toString('base64').slice(0, length) : 'x'.repeat(length);
  return { topic, key, value: JSON.stringify(event) };
}
