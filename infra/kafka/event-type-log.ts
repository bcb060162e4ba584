/** `webhooks.event-types`: the types that operators have added, followed by whoever judges events. */
import type { Kafka } from 'kafkajs';
import { z } from 'zod';
import { EventTypeRecord } from '../../schemas/event-type-log.ts';
import { EVENT_TYPES, type EventTypeCatalogue, type EventTypeDefinition } from '../../schemas/event-types.ts';
import { compileDataSchema } from '../json-schema/data-schema.ts';
import type { Logger } from '../telemetry.ts';
import type { Appender } from './appender.ts';
import type { ConsumedRecord } from './chunk-consumer.ts';
import { decode } from './event-log.ts';
import { startTail, type Tail } from './tail.ts';
import { EVENT_TYPE_LOG } from './topics.ts';

/** What the log tells, always up to date. */
export interface EventTypes {
  /** Judges events: the types that ship with the product, and those of operators. */
  readonly catalogue: EventTypeCatalogue;
  /** Those of operators, as they were written. */
  readonly added: ReadonlyMap<string, EventTypeRecord>;
}

export interface FollowedEventTypes extends EventTypes {
  readonly tail: Tail;
}

/** Both resolve once the record is durable. */
export interface EventTypeLog {
  put(record: EventTypeRecord): Promise<void>;
  remove(type: string): Promise<void>;
}

export const createEventTypeLog = (appender: Pick<Appender, 'append'>): EventTypeLog => ({
  put: (record) =>
    appender.append([{ topic: EVENT_TYPE_LOG, key: record.type, value: JSON.stringify(record) }]),
  remove: (type) => appender.append([{ topic: EVENT_TYPE_LOG, key: type, value: null }]),
});

/** Starts to follow the log. What is no record of ours is logged and passed over. */
export async function followEventTypes(
  kafka: Kafka,
  logger: Logger,
  reader: string,
  onCrash: (error: Error) => void,
): Promise<FollowedEventTypes> {
  const catalogue = new Map(EVENT_TYPES);
  const added = new Map<string, EventTypeRecord>();

  const remove = (type: string): void => {
    added.delete(type);
    const shipped = EVENT_TYPES.get(type);
    if (shipped === undefined) catalogue.delete(type);
    else catalogue.set(type, shipped);
  };
  const take = ({ key, value, offset }: ConsumedRecord): void => {
    if (value === null && key !== null) return remove(key);
    const decoded = decode(EventTypeRecord, value);
    if (!decoded.ok) {
      const about = { offset: String(offset), reason: decoded.reason };
      return logger.error(about, `${EVENT_TYPE_LOG} holds a foreign record`);
    }
    added.set(decoded.event.type, decoded.event);
    catalogue.set(decoded.event.type, definitionOf(decoded.event, logger));
  };

  const tail = await startTail(kafka, logger, {
    topic: EVENT_TYPE_LOG,
    reader: `webhooks-${reader}-event-types`,
    onCrash,
    onRecord: take,
  });
  return { catalogue, added, tail };
}

function definitionOf(
  { type, description, example, schema }: EventTypeRecord,
  logger: Logger,
): EventTypeDefinition {
  const compiled = compileDataSchema(schema);
  // Written by another version of the product. To refuse every event of the type would be worse than to judge none.
  if (!compiled.ok) logger.error({ event_type: type, reason: compiled.reason }, 'a schema cannot be used');
  return { description, example, data: compiled.ok ? compiled.data : z.unknown() };
}
