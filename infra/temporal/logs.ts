import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { Logger } from '../telemetry.ts';

/** Sends what Temporal's SDK has to say to our log. To be called once, before any connection is made. */
export function forwardTemporalLogs(logger: Logger): void {
  Runtime.install({
    // The program's frame decides when to stop: it has more than workers to let go of.
    shutdownSignals: [],
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
      const line = { temporal: meta?.['sdkComponent'], ...withoutNoise(meta) };
      if (level === 'ERROR') logger.error(line, message);
      else if (level === 'WARN') logger.warn(line, message);
      else logger.debug(line, message);
    }),
  });
}

/** The workflow and the error; not the task token, nor what stands in every line. */
const withoutNoise = (meta: Record<string | symbol, unknown> | undefined) => ({
  workflow_id: meta?.['workflowId'],
  workflow_type: meta?.['workflowType'],
  activity_type: meta?.['activityType'],
  err: meta?.['error'],
});
