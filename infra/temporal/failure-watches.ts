/** Starts the watch of a subscription that fails, and tells it of circuits. */
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import type { CircuitMove } from '../../domain/subscription/failure-watch.ts';
import type { DeliveryEvent } from '../../schemas/delivery-log.ts';
import type { SubscriptionId } from '../../schemas/ids.ts';
import type { EventLog } from '../kafka/event-log.ts';
import type { Logger } from '../telemetry.ts';

/** What must be known of the actor to reach it; `workflows/messages.ts` says it. */
export interface WatchAddress {
  readonly workflowType: string;
  readonly taskQueue: string;
  readonly circuitSignal: SignalDefinition<[CircuitMove]>;
}

export interface FailureWatches {
  /** Has the subscription watched, at most once in a while: one that fails, fails often. Never rejects. */
  failed(id: SubscriptionId): Promise<void>;
  /** A circuit has opened or closed. Never rejects. */
  circuitMoved(id: SubscriptionId, move: CircuitMove): Promise<void>;
}

/** After so long a subscription that still fails is started again, in case its watch has ended meanwhile. */
const REMEMBERED_MS = 600_000;
const MOST_REMEMBERED = 10_000;

const watchId = (id: SubscriptionId): string => `failing:${id}`;

/** What goes wrong is logged and left to the next failure: no delivery waits for it. */
export function createFailureWatches(
  client: Client,
  { workflowType, taskQueue, circuitSignal }: WatchAddress,
  logger: Logger,
  nowMs: () => number = Date.now,
): FailureWatches {
  const startedMs = new Map<SubscriptionId, number>();

  const attempt = async (id: SubscriptionId, reach: () => Promise<unknown>): Promise<void> => {
    if (startedMs.size >= MOST_REMEMBERED) startedMs.clear();
    startedMs.set(id, nowMs());
    try {
      await reach();
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return;
      startedMs.delete(id);
      logger.warn({ err: error, subscription_id: id }, 'a failing subscription cannot be watched');
    }
  };

  return {
    async failed(id) {
      const rememberedMs = startedMs.get(id);
      if (rememberedMs !== undefined && nowMs() < rememberedMs + REMEMBERED_MS) return;
      await attempt(id, () =>
        client.workflow.start(workflowType, { taskQueue, workflowId: watchId(id), args: [id] }),
      );
    },
    circuitMoved: (id, move) =>
      attempt(id, () =>
        client.workflow.signalWithStart(workflowType, {
          taskQueue,
          workflowId: watchId(id),
          args: [id],
          signal: circuitSignal,
          signalArgs: [move],
        }),
      ),
  };
}

/** The same log; whoever appends that a delivery was given up, or has failed again, has its subscription watched. */
export const watchingFailures = (eventLog: EventLog, watches: Pick<FailureWatches, 'failed'>): EventLog => ({
  ...eventLog,
  async appendDeliveryEvents(events, held) {
    await eventLog.appendDeliveryEvents(events, held);
    const failing = new Set(events.filter(isReasonToWatch).map((event) => event.subscription_id));
    await Promise.all([...failing].map((id) => watches.failed(id)));
  },
});

/** One that has failed once may succeed a moment later; and some are retried for longer than a subscription may fail. */
const isReasonToWatch = (event: DeliveryEvent): boolean => {
  if (event.type !== 'AttemptEnded') return false;
  const { step } = event.next;
  return step === 'exhaust' || step === 'block' || (step === 'retry' && event.number > 1);
};
