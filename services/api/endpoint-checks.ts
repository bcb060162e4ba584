/** Asks workers to try endpoints, and waits for what they find. */
import type { Client } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { Diagnosis } from '../../activities/diagnose-url.ts';
import type { TestDelivery, TestEnd } from '../../activities/send-test.ts';
import { runToEnd } from '../../infra/temporal/run-to-end.ts';
import type { AccountId } from '../../schemas/ids.ts';
import { ENDPOINT_CHECKS, SEARCH_ATTRIBUTES } from '../../workflows/messages.ts';
import { Problem } from './problem.ts';
import { randomText } from './random-text.ts';

export interface EndpointChecks {
  /** Null where the subscription was deleted meanwhile. */
  test(accountId: AccountId, test: TestDelivery): Promise<{ end: TestEnd | null; workflowId: string }>;
  diagnose(accountId: AccountId, url: string): Promise<Diagnosis>;
}

/** Longer than either takes; shorter than clients wait. */
const PATIENCE_MS = 25_000;

/** Both throw a 503 where no worker has answered in time. */
export const createEndpointChecks = (client: Client): EndpointChecks => {
  const run = async <Result>(
    workflowType: string,
    workflowId: string,
    args: readonly unknown[],
    typedSearchAttributes: TypedSearchAttributes,
  ): Promise<Result> => {
    const { taskQueue } = ENDPOINT_CHECKS;
    const ran = await runToEnd<Result>(client, {
      workflowType,
      taskQueue,
      workflowId,
      args,
      typedSearchAttributes,
      patienceMs: PATIENCE_MS,
    });
    if (!ran.answered) throw new Problem(503, 'No worker answered in time. Try again in a moment.');
    return ran.result;
  };

  return {
    async test(accountId, test) {
      const workflowId = `test_${randomText(20)}`;
      const end = await run<TestEnd | null>(
        ENDPOINT_CHECKS.testWorkflowType,
        workflowId,
        [test],
        new TypedSearchAttributes([
          { key: SEARCH_ATTRIBUTES.accountId, value: accountId },
          { key: SEARCH_ATTRIBUTES.webhookId, value: test.subscriptionId },
          { key: SEARCH_ATTRIBUTES.eventType, value: test.eventType },
        ]),
      );
      return { end, workflowId };
    },
    diagnose: (accountId, url) =>
      run<Diagnosis>(
        ENDPOINT_CHECKS.diagnosisWorkflowType,
        `diagnosis_${randomText(20)}`,
        [url],
        new TypedSearchAttributes([{ key: SEARCH_ATTRIBUTES.accountId, value: accountId }]),
      ),
  };
};
