/** Operational events, put on the first event topic like those of any other producer. */
import type { DeliveryEvent } from '../../schemas/delivery-log.ts';
import type { OperationalEvent } from '../../schemas/operational-event.ts';
import type { SubscriptionEvent } from '../../schemas/subscription-log.ts';
import type { Appender, NewRecord } from './appender.ts';
import type { Announce } from './event-log.ts';

/** Events of one subscription keep their order: it is the key. */
const operationalRecord = (topic: string, event: OperationalEvent): NewRecord => ({
  topic,
  key: event.data.webhook_id,
  value: JSON.stringify(event),
});

/** Tells one event; resolves once it is durable. */
export const createTell =
  (appender: Appender, topic: string) =>
  (event: OperationalEvent): Promise<void> =>
    appender.append([operationalRecord(topic, event)]);

/** Puts on `topic` what `eventOf` has to tell of a record of ours. */
export const announceOn =
  (topic: string, eventOf: (fact: DeliveryEvent | SubscriptionEvent) => OperationalEvent | null): Announce =>
  (fact) => {
    const event = eventOf(fact);
    return event === null ? [] : [operationalRecord(topic, event)];
  };
