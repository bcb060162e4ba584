/** What it means that Temporal has not answered: an update, or any other call. */
import {
  isGrpcDeadlineError,
  isGrpcServiceError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';

const GRPC_UNAVAILABLE = 14;

/** No worker took it in time, or Temporal is away. It may still be carried out. */
export const isOutOfReach = (error: unknown): boolean =>
  error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
  isGrpcDeadlineError(error) ||
  (isGrpcServiceError(error) && (error.code as number) === GRPC_UNAVAILABLE);

/** The same for any other call, of which the client wraps what went wrong. */
export const isTemporalAway = (error: unknown): boolean =>
  isOutOfReach(error) || (error instanceof Error && error.cause !== undefined && isTemporalAway(error.cause));

/** The server's word for an update that reached no handler, because its workflow was moving on: safe to repeat. */
export const wasPassedOver = (error: unknown): boolean =>
  error instanceof WorkflowUpdateFailedError &&
  error.cause instanceof ApplicationFailure &&
  error.cause.type === 'UnprocessedUpdate';
