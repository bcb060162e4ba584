/** Runs one command line from its first word to its exit code. */
import { CommanderError } from 'commander';
import { CliFailure, type ExitCode } from './failure.ts';
import { createProgram } from './program.ts';
import type { Terminal } from './terminal.ts';

/** `args` are the words after the program's name. Never throws: every failure is told on standard error. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const program = createProgram(terminal);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has said what is wrong already, or has printed the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof CliFailure) {
      const asJson = program.opts()['json'] === true ? error.refusal : null;
      terminal.note(asJson?.text ?? error.message);
      return error.exitCode;
    }
    terminal.note(`webhooks failed, which is a bug: ${error instanceof Error ? error.stack : String(error)}`);
    return 1;
  }
}
