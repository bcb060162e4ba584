/** One diagnosis of an endpoint, made by a worker because it must see the endpoint as deliveries do. */
import { proxyActivities } from '@temporalio/workflow';
import type { Diagnosis } from '../activities/diagnose-url.ts';
import type { Activities } from '../activities/index.ts';

const { diagnoseUrl } = proxyActivities<Activities>({
  startToCloseTimeout: '30 seconds',
  retry: { maximumAttempts: 1 },
});

/** Answers what was found at `url`. */
export const diagnosis = (url: string): Promise<Diagnosis> => diagnoseUrl(url);
