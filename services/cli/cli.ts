/** What every command is given, and how it answers. */
import type { Command } from 'commander';
import type { z } from 'zod';
import type { ApiAnswer, ApiClient } from './api-client.ts';
import { failed } from './failure.ts';
import type { Terminal } from './terminal.ts';

export interface Cli {
  readonly terminal: Terminal;
  /** Made when it is first asked for: what needs no API needs no key either. Throws as `apiAddress` does. */
  readonly api: () => ApiClient;
  /** Whether `--json` was given. Known once a command runs. */
  readonly wantsJson: () => boolean;
}

/** Adds one command, or one group of them, to the program. */
export type RegisterCommand = (program: Command, cli: Cli) => void;

/** Prints an answer: as it came with `--json`, else as `render` tells it to people. */
export function show<Shape extends z.ZodType>(
  cli: Cli,
  answer: ApiAnswer,
  shape: Shape,
  render: (value: z.output<Shape>) => string,
): void {
  const text = cli.wantsJson() ? answer.text : render(understood(shape, answer.body));
  if (text !== '') cli.terminal.print(text);
}

/** The part of an answer that is shown. Throws a CliFailure (1) where the API answers in another shape. */
export function understood<Shape extends z.ZodType>(shape: Shape, body: unknown): z.output<Shape> {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw failed(
    `the API's answer is not understood (${issue?.path.join('.') || 'body'}: ${issue?.message}); is it of the same version? --json prints it as it is`,
  );
}
