/** What deliveries leave in Temporal: workflows, history, and bytes on disk. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Rig } from './rig.ts';
import type { Stack } from './stack.ts';
import { until, untilSteady } from './stack.ts';

export interface TemporalUse {
  readonly workflows: number;
  readonly historyEvents: number;
  readonly historyBytes: number;
}

/** Everything that carries deliveries; actors of subscriptions live on. */
const CARRIES_DELIVERIES = 'WorkflowType != "subscription"';

/** Of the workflows that carry deliveries and were started after `since`, once all have ended. */
export async function temporalUseSince(
  stack: Stack,
  since: Date,
  patienceMs: number,
  signal: AbortSignal,
): Promise<TemporalUse> {
  const started = `${CARRIES_DELIVERIES} and StartTime >= "${since.toISOString()}"`;
  const nothingRuns = async (): Promise<boolean> =>
    (await stack.temporal.workflow.count(`${started} and ExecutionStatus = "Running"`)).count === 0;
  // Temporal lists a workflow a moment after it was started: while it lists none that runs, some may.
  const countEnded = async (): Promise<number> => {
    await until(nothingRuns, patienceMs, 'workflows to end', signal);
    return (await stack.temporal.workflow.count(started)).count;
  };
  await untilSteady(countEnded, signal);
  const use = { workflows: 0, historyEvents: 0, historyBytes: 0 };
  for await (const workflow of stack.temporal.workflow.list({ query: started, pageSize: 1_000 })) {
    use.workflows += 1;
    use.historyEvents += workflow.historyLength;
    use.historyBytes += workflow.historySize ?? 0;
  }
  return use;
}

/**
 * How many workflows carry deliveries of a subscription now, where no other has any under way: groups name none. Temporal's
 * search lags by a moment. It is asked until it answers, for it may just have been killed.
 */
export async function runningWorkflows(
  { stack, patienceMs, signal }: Rig,
  subscriptionId: string,
): Promise<number> {
  const running = `${CARRIES_DELIVERIES} and (WebhookId = "${subscriptionId}" or WorkflowType = "deliveryGroup") and ExecutionStatus = "Running"`;
  let answer: number | null = null;
  const hasAnswered = async (): Promise<boolean> => {
    answer = await stack.temporal.workflow.count(running).then(
      ({ count }) => count,
      () => null,
    );
    return answer !== null;
  };
  await until(hasAnswered, patienceMs, 'Temporal to count workflows', signal);
  return answer!;
}

/** The size of Temporal's store with its write-ahead log. */
export function temporalStoreBytes({ config }: Stack): number {
  const database = join(config.dataDir, 'temporal', 'temporal.db');
  return ['', '-wal']
    .map((suffix) => statSync(`${database}${suffix}`, { throwIfNoEntry: false })?.size ?? 0)
    .reduce((total, bytes) => total + bytes, 0);
}
