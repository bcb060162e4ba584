/** The records of one delivery, made from its task. Each says all that is needed to read it alone. */
import type { AfterAttempt, BatchedEvent, DeliveryEvent } from '../../schemas/delivery-log.ts';
import type { DeliveryTask } from '../../schemas/delivery.ts';
import type { NextStep } from '../deliver/after-attempt.ts';
import type { Outcome, PhaseTimings } from '../deliver/outcome.ts';

const factOf = (task: DeliveryTask, at: Date) => ({
  schema_version: 1 as const,
  delivery_id: task.deliveryId,
  subscription_id: task.subscriptionId,
  account_id: task.accountId,
  event_id: task.eventId,
  event_type: task.eventType,
  occurred_at: task.occurredAt,
  source: task.source,
  workflow_id: task.deliveryId,
  ...(task.batchedEvents === undefined ? {} : { batched_events: task.batchedEvents }),
  at: at.toISOString(),
});

/** The router handed it over at `at`. */
export const deliveryScheduled = (task: DeliveryTask, at: Date): DeliveryEvent => ({
  ...factOf(task, at),
  type: 'DeliveryScheduled',
});

/** A batch was handed over at `at`. `events` are those in it, in their order. */
export const batchScheduled = (
  task: DeliveryTask,
  at: Date,
  events: readonly BatchedEvent[],
): DeliveryEvent => ({
  ...factOf(task, at),
  type: 'DeliveryScheduled',
  events: [...events],
});

/** It may not be sent now, because its subscription is paused. */
export const deliveryHeld = (task: DeliveryTask, at: Date): DeliveryEvent => ({
  ...factOf(task, at),
  type: 'DeliveryHeld',
  reason: 'paused',
});

/** It is no longer owed. */
export const deliveryCancelled = (task: DeliveryTask, at: Date, reason: string): DeliveryEvent => ({
  ...factOf(task, at),
  type: 'DeliveryCancelled',
  reason,
});

/** Somebody has it tried again, after it had ended with `attemptsMade` attempts. */
export const deliveryRestarted = (
  task: DeliveryTask,
  at: Date,
  attemptsMade: number,
  actor: string,
): DeliveryEvent => ({
  ...factOf(task, at),
  type: 'DeliveryRestarted',
  attempts_made: attemptsMade,
  actor,
});

/** What is known of an attempt once it has ended. */
export interface EndedAttempt {
  /** Counted from 1. */
  readonly number: number;
  readonly url: string;
  /** With nothing secret in them: the log is kept and shown. */
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly durationMs: number;
  readonly timings: PhaseTimings;
  readonly outcome: Outcome;
  /** Why no answer came; null where one did. */
  readonly error: string | null;
  readonly answer: { readonly headers: Readonly<Record<string, string>>; readonly body: string } | null;
  readonly next: NextStep;
}

/** An attempt ended, with what follows it. */
export const attemptEnded = (task: DeliveryTask, ended: EndedAttempt): DeliveryEvent => ({
  ...factOf(task, ended.endedAt),
  type: 'AttemptEnded',
  number: ended.number,
  started_at: ended.startedAt.toISOString(),
  duration_ms: ended.durationMs,
  url: ended.url,
  request_headers: { ...ended.requestHeaders },
  timings: {
    dns_ms: ended.timings.dnsMs,
    connect_ms: ended.timings.connectMs,
    tls_ms: ended.timings.tlsMs,
    first_byte_ms: ended.timings.firstByteMs,
  },
  status_code: ended.outcome.kind === 'answered' ? ended.outcome.statusCode : null,
  error: ended.error,
  response_headers: { ...ended.answer?.headers },
  response_body: ended.answer?.body ?? '',
  next: recorded(ended.next, ended.endedAt),
});

function recorded(next: NextStep, at: Date): AfterAttempt {
  switch (next.step) {
    case 'succeed':
      return { step: 'succeed' };
    case 'retry':
      return { step: 'retry', next_attempt_at: new Date(at.getTime() + next.delayMs).toISOString() };
    case 'exhaust':
      return { step: 'exhaust', reason: next.reason };
    case 'block':
      return { step: 'block', address: next.address };
  }
}
