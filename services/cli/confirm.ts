/** Asks a person before something is gone for good. */
import { failed, usageFailure } from './failure.ts';
import type { Terminal } from './terminal.ts';

/** Returns after a yes. Throws a CliFailure: 1 for any other answer, 2 where nobody is there to be asked. */
export async function confirm(
  terminal: Terminal,
  question: string,
  words: { readonly verb: string; readonly past: string },
): Promise<void> {
  const answered = await terminal.ask(`${question} [y/N] `);
  if (answered === null) {
    throw usageFailure(`nobody is here to confirm it: give --yes to ${words.verb} without being asked`);
  }
  if (!/^y(?:es)?$/i.test(answered.trim())) throw failed(`Nothing was ${words.past}.`);
}
