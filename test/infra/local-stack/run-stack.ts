/**
 * A program that runs a stack for the tests that kill its parent:
 * `run-stack.ts <data folder> <port offset>`. Prints "up" when every part answers, ends with the stack on SIGTERM.
 */
import { startLocalStack } from '../../../infra/local-stack/local-stack.ts';

const [, , dataDir = '', portOffset = ''] = process.argv;
const stack = await startLocalStack({
  dataDir,
  portOffset: Number(portOffset),
  environment: process.env,
  report: (line) => console.error(line),
});
process.once('SIGTERM', () => void stack.stop().then(() => process.exit(0)));
console.log('up');
setInterval(() => undefined, 60_000); // lives until it is told to end
