/** The product seen from outside: its API with a key, and Kafka with a producer of one's own. */
import { Kafka, logLevel, type IHeaders, type Producer } from 'kafkajs';
import { inject } from 'vitest';
import type { ProductAddress } from './product.ts';

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** The product that the setup has started. */
export const product = (): ProductAddress => inject('product');

/** One request to the API. A body that is text is sent as it is. */
export async function call<Body = Record<string, unknown>>(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
  at: ProductAddress = product(),
): Promise<Answer<Body>> {
  const response = await fetch(at.apiUrl + path, {
    method,
    headers: {
      authorization: `Bearer ${at.apiKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? null : JSON.parse(text)) as Body,
  };
}

/** A subscription as it is answered, with what tests look at. */
export interface ShownSubscription {
  readonly id: string;
  readonly secret: string;
  readonly state: string;
  readonly version: number;
  readonly [field: string]: unknown;
}

/** Creates a subscription or throws. */
export async function subscribe(settings: object): Promise<ShownSubscription> {
  const { status, body } = await call<ShownSubscription>('POST', '/v1/subscriptions', settings);
  if (status !== 201) throw new Error(`creating a subscription answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

export const unsubscribe = (id: string): Promise<Answer<unknown>> =>
  call('DELETE', `/v1/subscriptions/${id}`);

/** A Kafka client that is none of the product's. */
export const kafkaOf = (at: ProductAddress = product()): Kafka =>
  new Kafka({
    clientId: 'platform-service',
    brokers: at.kafkaBrokers.split(','),
    logLevel: logLevel.NOTHING,
  });

export interface Platform {
  /** Puts records on `platform.events` as they are. */
  publishRaw(
    records: readonly { value: string | Buffer; key?: string; partition?: number; headers?: IHeaders }[],
  ): Promise<void>;
  publish(events: readonly object[]): Promise<void>;
  stop(): Promise<void>;
}

/** A platform service with a producer of its own. */
export async function startPlatform(at: ProductAddress = product()): Promise<Platform> {
  const producer: Producer = kafkaOf(at).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const publishRaw: Platform['publishRaw'] = async (records) => {
    await producer.send({ topic: 'platform.events', acks: -1, messages: [...records] });
  };
  return {
    publishRaw,
    publish: (events) => publishRaw(events.map((event) => ({ value: JSON.stringify(event) }))),
    stop: () => producer.disconnect(),
  };
}

/** Events of one type, `data.index` and the end of their ids counted from `start`. */
export const eventsOf = (type: string, length: number, start = 0) =>
  Array.from({ length }, (_, index) => ({
    id: `${type}-${start + index}`,
    event: type,
    timestamp: new Date().toISOString(),
    data: { index: start + index },
  }));

let count = 0;
/** A text that no other test uses. */
export const unique = (prefix: string): string =>
  `${prefix}_${process.pid}_${Date.now().toString(36)}_${++count}`;
