/** One test delivery, sent by a worker because only workers have a way out, and as they have it. */
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { TestDelivery, TestEnd } from '../activities/send-test.ts';

const { sendTest } = proxyActivities<Activities>({
  startToCloseTimeout: '30 seconds',
  // Whoever asked is told of the first failure.
  retry: { maximumAttempts: 1 },
});

/** Answers what came of it; null where the subscription was deleted meanwhile. */
export const testDelivery = (test: TestDelivery): Promise<TestEnd | null> => sendTest(test);
