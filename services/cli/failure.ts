/** 0: done. 1: it failed. 2: the command line or the environment is wrong, and nothing was changed. */
export type ExitCode = 0 | 1 | 2;

/** An answer of the API that is no 2xx. */
export interface ApiRefusal {
  readonly statusCode: number;
  /** The body as it came, for `--json`. */
  readonly text: string;
}

/** Thrown by a command to end the program: `message` is printed to standard error, as it stands. */
export class CliFailure extends Error {
  readonly exitCode: Exclude<ExitCode, 0>;
  /** Null where it was not the API that refused. */
  readonly refusal: ApiRefusal | null;
  constructor(exitCode: Exclude<ExitCode, 0>, message: string, refusal: ApiRefusal | null = null) {
    super(message);
    this.name = 'CliFailure';
    this.exitCode = exitCode;
    this.refusal = refusal;
  }
}

/** What was asked for did not come about. */
export const failed = (message: string): CliFailure => new CliFailure(1, message);

/** What was asked for makes no sense: a person has to change the command line, a file or the environment. */
export const usageFailure = (message: string): CliFailure => new CliFailure(2, message);

/** Whether the API said that there is no such thing. */
export const isNotFound = (error: unknown): boolean =>
  error instanceof CliFailure && error.refusal?.statusCode === 404;
