/** All that the CLI has of the world around it, in one place, so that tests can put another in its stead. */
import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDir: string;
  /** The width of standard output, in columns; null where it is no terminal, and lines may be of any length. */
  readonly columns: number | null;
  /** Whether what is printed may carry colours. */
  readonly colours: boolean;
  readonly now: () => Date;
  /** Prints to standard output what was asked for. Ends with a new line. */
  readonly print: (text: string) => void;
  /** Prints to standard error what is not part of the answer. Ends with a new line. */
  readonly note: (text: string) => void;
  /**
   * Shows how far long work has come, in the place of what was shown before; nothing where it is empty. Only on a
   * terminal: elsewhere each would be a line of its own.
   */
  readonly status: (text: string) => void;
  /** All of standard input. */
  readonly readInput: () => Promise<string>;
  /** What a person answers, without the new line; null where nobody is there to be asked. */
  readonly ask: (question: string) => Promise<string | null>;
  /** Resolves when the process is told to stop, by Ctrl-C or otherwise. */
  readonly interrupted: () => Promise<void>;
}

/** https://ecma-international.org/publications-and-standards/standards/ecma-48/, EL. */
const ERASE_LINE = '\u001b[2K';

type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** What `processTerminal` takes of a process. */
export interface ProcessLike {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: () => string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  readonly once: (signal: 'SIGINT' | 'SIGTERM', listener: () => void) => unknown;
}

/** The terminal that a process runs in. */
export function processTerminal(of: ProcessLike): Terminal {
  const onTerminal = of.stdout.isTTY === true;
  return {
    environment: of.env,
    workingDir: of.cwd(),
    columns: onTerminal ? (of.stdout.columns ?? 80) : null,
    // https://no-color.org: any value but the empty one.
    colours: onTerminal && !of.env['NO_COLOR'] && of.env['TERM'] !== 'dumb',
    now: () => new Date(),
    print: (line) => void of.stdout.write(`${line}\n`),
    note: (line) => void of.stderr.write(`${line}\n`),
    status: (line) => {
      if (of.stderr.isTTY === true)
        of.stderr.write(`\r${ERASE_LINE}${line.slice(0, (of.stderr.columns ?? 80) - 1)}`);
    },
    readInput: () => text(of.stdin),
    ask: (question) => (of.stdin.isTTY === true ? ask(question, of) : Promise.resolve(null)),
    interrupted: () =>
      new Promise((resolve) => {
        of.once('SIGINT', resolve);
        of.once('SIGTERM', resolve);
      }),
  };
}

/** Asks on standard error, so that standard output holds nothing but the answer of the command. */
async function ask(question: string, { stdin, stderr }: ProcessLike): Promise<string> {
  const lines = createInterface({ input: stdin, output: stderr, terminal: true });
  // Ctrl-D and Ctrl-C close the interface without an answer; so does the end of the input.
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  const answered = await Promise.race([lines.question(question), closed]);
  lines.close();
  return answered;
}
