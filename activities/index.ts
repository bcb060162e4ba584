/** What workflows can ask of the world. Workflows see the type only. */
import { createAppendSubscriptionEvents } from './append-subscription-events.ts';
import { createAttemptDelivery } from './attempt-delivery.ts';
import { createDeliverGroup, type DeliverGroupDeps } from './deliver-group.ts';
import { createDiagnoseUrl } from './diagnose-url.ts';
import { createCancelDelivery } from './cancel-delivery.ts';
import { createDisableSubscription } from './disable-subscription.ts';
import { createFlushBatches } from './flush-batches.ts';
import { createLoadSubscription } from './load-subscription.ts';
import { createLookAtFailures } from './look-at-failures.ts';
import { type AttemptDeps, createMakeAttempt } from './make-attempt.ts';
import type { RecordDeps } from './record-attempt.ts';
import { createReleaseHeld, type ReleaseHeldDeps } from './release-held.ts';
import { createRetryDelivery } from './retry-delivery.ts';
import { createTellHealth } from './tell-health.ts';
import { createStartBatches } from './start-batches.ts';
import { createSendTest } from './send-test.ts';

/** What activities lend each other. */
type Made = 'makeAttempt' | 'disableSubscription';

/** All that the activities need. */
export type ActivityDeps = AttemptDeps &
  RecordDeps &
  Omit<DeliverGroupDeps, Made> &
  Omit<ReleaseHeldDeps, Made> &
  Parameters<typeof createAppendSubscriptionEvents>[0] &
  Parameters<typeof createLoadSubscription>[0] &
  Parameters<typeof createDisableSubscription>[0] &
  Parameters<typeof createLookAtFailures>[0] &
  Parameters<typeof createTellHealth>[0] &
  Parameters<typeof createFlushBatches>[0] &
  Parameters<typeof createStartBatches>[0];

/** The activities of a worker. */
export const createActivities = (deps: ActivityDeps) => {
  const makeAttempt = createMakeAttempt(deps);
  const attemptDelivery = createAttemptDelivery({ ...deps, makeAttempt });
  const disableSubscription = createDisableSubscription(deps);
  return {
    attemptDelivery,
    retryDelivery: createRetryDelivery(attemptDelivery),
    deliverGroup: createDeliverGroup({ ...deps, makeAttempt, disableSubscription }),
    releaseHeld: createReleaseHeld({ ...deps, makeAttempt, disableSubscription }),
    appendSubscriptionEvents: createAppendSubscriptionEvents(deps),
    diagnoseUrl: createDiagnoseUrl(deps),
    loadSubscription: createLoadSubscription(deps),
    sendTest: createSendTest(deps),
    cancelDelivery: createCancelDelivery(deps),
    disableSubscription,
    lookAtFailures: createLookAtFailures(deps),
    tellHealth: createTellHealth(deps),
    flushBatches: createFlushBatches(deps),
    startBatches: createStartBatches(deps),
  };
};
export type Activities = ReturnType<typeof createActivities>;
