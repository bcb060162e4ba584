/** Gets everything that the tests run against before the first of them starts: no test waits for a compiler. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalStack } from './local-stack.ts';
import { timeSkippingServerPath } from './time-skipping-server.ts';

/** Away from the ports of `npm start`, and below those that the system gives to outgoing connections. */
const PORT_OFFSET = 10_400;

/**
 * Starts the whole stack once in a folder of its own and stops it again, so that what is missing is installed
 * and what is there is known to run.
 * @throws LocalStackError
 */
export async function installParts(report: (line: string) => void): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'webhooks-install-'));
  try {
    const stack = await startLocalStack({
      dataDir,
      portOffset: PORT_OFFSET,
      environment: process.env,
      report,
    });
    await stack.stop();
    await timeSkippingServerPath(report);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
