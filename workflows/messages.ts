/** The names by which others reach the actors, and why each message is of its kind. */
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { BatchItem, BatchTerms } from '../domain/batch/batch.ts';
import type { Refusal } from '../domain/subscription/decide.ts';
import type { CircuitMove } from '../domain/subscription/failure-watch.ts';
import type { Subscription } from '../domain/subscription/subscription.ts';
import type { GroupSignal } from '../schemas/delivery.ts';
import type { SubscriptionCommand } from '../schemas/subscription-log.ts';

/** What the Temporal UI and `temporal workflow list` can search by. They are never encrypted. */
export const SEARCH_ATTRIBUTES = {
  webhookId: defineSearchAttributeKey('WebhookId', SearchAttributeType.KEYWORD),
  eventType: defineSearchAttributeKey('EventType', SearchAttributeType.KEYWORD),
  accountId: defineSearchAttributeKey('AccountId', SearchAttributeType.KEYWORD),
  deliveryState: defineSearchAttributeKey('DeliveryState', SearchAttributeType.KEYWORD),
  targetHost: defineSearchAttributeKey('TargetHost', SearchAttributeType.KEYWORD),
} as const;

/** What a subscription's actor answers: its state after the command, or why the command was refused. */
export type CommandReply =
  | { readonly ok: true; readonly subscription: Subscription }
  | { readonly ok: false; readonly refusal: Refusal };

/** An update and no signal: whoever asks waits for the verdict, and for the change to be durable. */
export const commandUpdate = defineUpdate<CommandReply, [SubscriptionCommand]>('command');

/**
 * Begins a new run of an actor that may live for long, so that its history needs no encryption key but that of today. A
 * signal: what the actor is about goes on, and nobody waits for it.
 */
export const renewSignal = defineSignal('renew');

/** Which actors may live for longer than anybody would keep an older key. Those of subscriptions get a command. */
export const LONG_LIVED_ACTORS = {
  workflowTypes: ['batch', 'failureWatch', 'release'],
  renewSignal,
} as const;

/** How a subscription's actor is reached. A queue of its own: a flood of deliveries holds no command up. */
export const SUBSCRIPTION_ACTOR = {
  workflowType: 'subscription',
  taskQueue: 'webhooks-subscriptions',
  commandUpdate,
} as const;

/** How a delivery's workflow is started. Its first attempt is a local activity, on this queue. */
export const DELIVERY_ACTOR = {
  workflowType: 'delivery',
  taskQueue: 'webhooks-deliveries',
  searchAttributes: SEARCH_ATTRIBUTES,
} as const;

/**
 * What may be asked of a delivery's workflow. Signals: it may be waiting for an endpoint for minutes, and whoever asks
 * sees what came of it in the read model. What a waiting activity tells of itself goes with them: the workflow cannot see
 * it.
 */
export const DELIVERY_ORDERS = {
  retryActivity: 'retryDelivery',
  groupActivity: 'deliverGroup',
  retryNowSignal: defineSignal<[attemptsMade: number]>('retryNow'),
  cancelSignal: defineSignal('cancel'),
} as const;

/** A signal: whoever keeps the circuit has an attempt to make and waits for nobody. */
export const circuitSignal = defineSignal<[CircuitMove]>('circuit');

/** How the watch of a failing subscription is started and told of circuits. Not on the queue of deliveries. */
export const FAILURE_WATCH = {
  workflowType: 'failureWatch',
  taskQueue: SUBSCRIPTION_ACTOR.taskQueue,
  circuitSignal,
} as const;

/** How endpoints are tried while somebody waits. A queue of its own: neither deliveries nor commands hold it up. */
export const ENDPOINT_CHECKS = {
  testWorkflowType: 'testDelivery',
  diagnosisWorkflowType: 'diagnosis',
  taskQueue: 'webhooks-checks',
} as const;

/** What only workers do: groups, retries, releases. */
export const WORK_QUEUE = 'webhooks-work';

/** How a group of deliveries is started. */
export const GROUP_ACTOR = {
  workflowType: 'deliveryGroup',
  taskQueue: WORK_QUEUE,
  orderSignal: defineSignal<[GroupSignal]>('order'),
  searchAttributes: SEARCH_ATTRIBUTES,
} as const;

/**
 * How the actor that releases what a subscription has held is started. A signal: nobody waits for its end. It tells in
 * how many milliseconds there will be something to send; nothing means now.
 */
export const RELEASE_ACTOR = {
  workflowType: 'release',
  taskQueue: WORK_QUEUE,
  wakeSignal: defineSignal<[inMs?: number]>('wake'),
} as const;

/** How long the release of a subscription with `ordered_by` goes on looking for more after the last attempt. */
export const RELEASE_LINGER_MS = 10_000;

/** How often who enters deliveries into lanes wakes a release: well before one that it woke has ended. */
export const RELEASE_WOKEN_EVERY_MS = 4_000;

/** A signal: the router waits for no verdict, only for the events to be durable. What was told before is dropped. */
export const collectSignal = defineSignal<[terms: BatchTerms, items: readonly BatchItem[]]>('collect');

/**
 * An update: whoever asks wants to know how many events went out, which it answers. `version` is the one of the
 * subscription that the flush follows, 0 where it follows none.
 */
export const flushUpdate = defineUpdate<number, [version: number]>('flush');

/** How the actor is reached that collects a batch. A queue of its own: neither commands nor deliveries wait for it. */
export const BATCH_ACTOR = {
  workflowType: 'batch',
  taskQueue: 'webhooks-batches',
  collectSignal,
  flushUpdate,
  searchAttributes: SEARCH_ATTRIBUTES,
} as const;
