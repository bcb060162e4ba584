/** Sends commands to the actors of subscriptions. */
import { WithStartWorkflowOperation, type Client } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { setTimeout as delay } from 'node:timers/promises';
import type { SubscriptionId } from '../../schemas/ids.ts';
import type { SubscriptionCommand } from '../../schemas/subscription-log.ts';
import { isOutOfReach, wasPassedOver } from './update-failure.ts';

/** What must be known of an actor to reach it; `workflows/messages.ts` says it. */
export interface ActorAddress<Reply> {
  readonly workflowType: string;
  readonly taskQueue: string;
  readonly commandUpdate: UpdateDefinition<Reply, [SubscriptionCommand]>;
}

/** Not answered: no worker took the command in time, or Temporal is away. It may still be carried out. */
export type Sent<Reply> = { readonly answered: true; readonly reply: Reply } | { readonly answered: false };

/**
 * Answers a function that sends a command, wakes the actor where it does not run, and waits for the verdict
 * at most `patienceMs`. Commands of this process to one actor go one after the other: Temporal refuses more
 * than ten updates of a workflow at once.
 */
export function createSendCommand<Reply>(client: Client, actor: ActorAddress<Reply>, patienceMs: number) {
  const turns = new Map<SubscriptionId, Promise<unknown>>();
  return (id: SubscriptionId, command: SubscriptionCommand): Promise<Sent<Reply>> => {
    const deadlineMs = Date.now() + patienceMs;
    const mine = (turns.get(id) ?? Promise.resolve()).then(() =>
      sendUntil(deadlineMs, client, actor, id, command),
    );
    const over = mine.then(
      () => undefined,
      () => undefined,
    );
    turns.set(id, over);
    void over.then(() => {
      if (turns.get(id) === over) turns.delete(id);
    });
    return mine;
  };
}

async function sendUntil<Reply>(
  deadlineMs: number,
  client: Client,
  actor: ActorAddress<Reply>,
  id: SubscriptionId,
  command: SubscriptionCommand,
): Promise<Sent<Reply>> {
  while (Date.now() < deadlineMs) {
    const startWorkflowOperation = new WithStartWorkflowOperation(actor.workflowType, {
      workflowId: id,
      taskQueue: actor.taskQueue,
      args: [id, null],
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    try {
      const reply = await client.withDeadline(deadlineMs, () =>
        client.workflow.executeUpdateWithStart(actor.commandUpdate, {
          startWorkflowOperation,
          args: [command],
        }),
      );
      return { answered: true, reply };
    } catch (error) {
      if (isOutOfReach(error)) break;
      if (!wasPassedOver(error)) throw error;
      await delay(RETRY_DELAY_MS);
    }
  }
  return { answered: false };
}

const RETRY_DELAY_MS = 50;
