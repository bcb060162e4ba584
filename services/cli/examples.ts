import type { Command } from 'commander';

/** Ends the help of a command with ways to use it. Each line goes on after `webhooks `. */
export const withExamples = (command: Command, ...lines: readonly string[]): Command =>
  command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  $ webhooks ${line}`).join('\n')}`);
