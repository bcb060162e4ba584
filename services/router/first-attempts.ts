/**
 * A process beside the router which begins deliveries in quiet times: there the answer to a start brings the delivery's
 * first workflow task along (eager start), and its first attempt is made at once, without a way through Temporal's
 * queues. It outlives a router that is killed for as long as it has requests on the wire, so that none of them is made
 * again because of that.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Subscription } from '../../domain/subscription/subscription.ts';
import { createDialogue } from '../../infra/process/dialogue.ts';
import type { DeliveryTask } from '../../schemas/delivery.ts';
import type { DeliveryId, SubscriptionId } from '../../schemas/ids.ts';

/** What the router has begun. `url` is where it goes, as far as the router can tell. */
export interface Beginning {
  readonly task: DeliveryTask;
  readonly url: string | null;
}

/** `here`: the process makes the first attempt. `elsewhere`: some worker does, or did before. */
export type Begun = 'here' | 'elsewhere';

/** What the process tells the router, or asks it: how a subscription stands. */
export type AskedOfRouter =
  | { readonly ask: 'ready' }
  | { readonly ask: 'subscription'; readonly id: SubscriptionId; readonly version: number }
  | { readonly ask: 'over'; readonly id: DeliveryId };

export interface FirstAttempts {
  /** False where others have taken the room: some may hang for long, and are not to take it from all. */
  hasRoom(id: SubscriptionId): boolean;
  /** Resolves once Temporal holds the delivery's workflow. Rejects while Temporal is away. */
  begin(beginning: Beginning): Promise<Begun>;
  /** True while its first attempt is being made in the process. */
  isUnderWay(id: DeliveryId): boolean;
  /** Begins no more, and resolves once all that it has begun has ended. */
  stop(): Promise<void>;
}

export interface FirstAttemptsDeps {
  /** How a subscription stands, not older than `version`. */
  readonly lookUp: (id: SubscriptionId, version: number) => Promise<Subscription>;
  readonly onCrash: (error: Error) => void;
}

/** At once. */
export const MOST_UNDER_WAY = 64;
/** Of one subscription. */
const MOST_OF_ONE = 4;

/** Longer than any first attempt takes: the process has not told of its end. */
const FORGOTTEN_AFTER_MS = 300_000;

interface UnderWay {
  readonly subscriptionId: SubscriptionId;
  readonly begunAtMs: number;
}

/** Starts the process. Resolves once it takes work. */
export async function startFirstAttempts(deps: FirstAttemptsDeps): Promise<FirstAttempts> {
  const underWay = new Map<DeliveryId, UnderWay>();
  const hasRoom = (id: SubscriptionId): boolean => {
    const nowMs = performance.now();
    let ofOne = 0;
    for (const [deliveryId, { subscriptionId, begunAtMs }] of underWay) {
      if (nowMs > begunAtMs + FORGOTTEN_AFTER_MS) underWay.delete(deliveryId);
      else if (subscriptionId === id) ofOne += 1;
    }
    return underWay.size < MOST_UNDER_WAY && ofOne < MOST_OF_ONE;
  };

  let isStopping = false;
  let isReady = (): void => undefined;
  const child = fork(fileURLToPath(new URL('first-attempts-process.js', import.meta.url)), [], {
    serialization: 'advanced',
  });
  const ready = new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => {
      const error = new Error(`the process that begins deliveries ended with exit code ${code}`);
      reject(error);
      if (!isStopping) deps.onCrash(error);
    });
    isReady = resolve;
  });
  const ask = createDialogue<Beginning, Begun, AskedOfRouter>(child, async (asked) => {
    switch (asked.ask) {
      case 'ready':
        return isReady();
      case 'subscription':
        return deps.lookUp(asked.id, asked.version);
      case 'over':
        return underWay.delete(asked.id);
    }
  });
  await ready;

  return {
    hasRoom,
    async begin(beginning) {
      const { deliveryId, subscriptionId } = beginning.task;
      underWay.set(deliveryId, { subscriptionId, begunAtMs: performance.now() });
      let begun: Begun = 'elsewhere';
      try {
        begun = await ask(beginning);
        return begun;
      } finally {
        if (begun === 'elsewhere') underWay.delete(deliveryId);
      }
    },
    isUnderWay: (id) => underWay.has(id),
    async stop() {
      isStopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      // One that is dying has no connection already, and to end it would throw.
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
