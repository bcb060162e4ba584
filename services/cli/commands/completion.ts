/** `webhooks completion`: lets the shell complete commands and options. */
import { Argument, type Command } from 'commander';
import type { Cli } from '../cli.ts';
import { completionScript, SHELLS, type Shell } from '../completion-script.ts';
import { withExamples } from '../examples.ts';

export function registerCompletion(program: Command, { terminal }: Cli): void {
  withExamples(
    program
      .command('completion')
      .description('Print a script that completes commands and options')
      .addArgument(new Argument('<shell>', 'which shell it is for').choices(SHELLS))
      .action((shell: Shell) => terminal.print(completionScript(shell, program))),
    'completion bash > ~/.local/share/bash-completion/completions/webhooks',
    'completion zsh > "${fpath[1]}/_webhooks"',
    'completion fish > ~/.config/fish/completions/webhooks.fish',
  ).addHelpText(
    'after',
    `
Each example installs it for new shells of its kind. For this one alone:
  bash, zsh   source <(webhooks completion bash)
  fish        webhooks completion fish | source`,
  );
}
