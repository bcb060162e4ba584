/** Why the local stack could not be brought up, as a value that callers can switch on. */

export type LocalStackFailureKind =
  /** An option breaks its promise (a relative data folder, an offset that leaves the port range). */
  | 'wrong_option'
  /** A program that a part needs is not on this machine. */
  | 'missing_program'
  /** A registry's client (mvn, go) or a set-up program (initdb, the format tool) ended with an error. */
  | 'command_failed'
  /** Somebody who is not ours listens on a port that a part needs. */
  | 'port_in_use'
  /** Another living process runs a stack on the same data folder. */
  | 'data_dir_in_use'
  /** The data on disk cannot be served by any program found here. */
  | 'data_incompatible'
  /** The part's process ended, or stayed silent, before it answered. */
  | 'did_not_start'
  /** The caller gave up while the stack was starting. */
  | 'aborted';

/** The one error of this folder. `kind` is for programs, `message` is one line for a person. */
export class LocalStackError extends Error {
  override readonly name = 'LocalStackError';
  readonly kind: LocalStackFailureKind;

  constructor(kind: LocalStackFailureKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** The message of anything thrown, for a report line. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Throws `aborted` where the caller has given up; call it between the steps of something long. */
export function throwIfGivenUp(signal: AbortSignal): void {
  if (signal.aborted) throw new LocalStackError('aborted', 'the start of the local stack was interrupted');
}
