/**
 * A program that runs a stack for the tests that kill its parent:
 * `run-stack.ts <data folder> <port offset>`. Prints "up" when every part answers. SIGTERM ends the program without
 * a word to the stack, as a crash that still runs exit handlers does.
 */
import { startLocalStack } from '../../../infra/local-stack/local-stack.ts';

const [, , dataDir = '', portOffset = ''] = process.argv;
await startLocalStack({
  dataDir,
  portOffset: Number(portOffset),
  environment: process.env,
  report: (line) => console.error(line),
});
process.once('SIGTERM', () => process.exit(1));
console.log('up');
setInterval(() => undefined, 60_000); // lives until it is told to end
