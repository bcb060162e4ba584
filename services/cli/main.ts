/** The program `webhooks`. Its exit code is left to the process, so that all that was printed gets out. */
import { runCli } from './run.ts';
import { processTerminal } from './terminal.ts';

for (const output of [process.stdout, process.stderr]) {
  // `webhooks … | head` closes the pipe when it has seen enough, which is no failure.
  output.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
}
process.exitCode = await runCli(process.argv.slice(2), processTerminal(process));
