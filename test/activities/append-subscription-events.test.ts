import { KafkaJSProtocolError } from 'kafkajs';
import { expect, it } from 'vitest';
import { createAppendSubscriptionEvents } from '../../activities/append-subscription-events.ts';
import { created } from '../domain/subscription/subscription-log.ts';

const appendTo = (append: () => Promise<void>) =>
  createAppendSubscriptionEvents({
    eventLog: { appendSubscriptionEvents: append, appendDeliveryEvents: () => Promise.resolve() },
  })([created(1)]);

const brokerSays = (type: string): Error =>
  Object.assign(new KafkaJSProtocolError(new Error(type)), { type });

it('what the brokers hold is appended', async () => {
  expect(await appendTo(() => Promise.resolve())).toBe('appended');
});

it('a record that no broker will ever take is refused, and not tried again', async () => {
  expect(await appendTo(() => Promise.reject(brokerSays('MESSAGE_TOO_LARGE')))).toBe('refused');
});

it('what an operator can mend is tried again', async () => {
  const denied = brokerSays('TOPIC_AUTHORIZATION_FAILED');
  await expect(appendTo(() => Promise.reject(denied))).rejects.toBe(denied);
});
