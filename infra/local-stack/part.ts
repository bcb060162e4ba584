/**
 * The words that the three parts share: their names, what each is given and what each answers.
 * Every part is brought up in two steps, so that a missing program is known before anything is downloaded:
 * a `plan…` function looks at the machine and fails at once, `prepare` then installs and sets up.
 */
import type { ChildSpec } from './child.ts';

/** The parts, in the order in which they are stopped: who writes stops before whom it writes to. */
export const PART_NAMES = ['temporal', 'kafka', 'postgres'] as const;
export type PartName = (typeof PART_NAMES)[number];

/** What a part may use while it comes up. */
export interface StackContext {
  /** Absolute. Each part keeps its data in a folder of its own below it. */
  readonly dataDir: string;
  /** Where installed programs are kept over clones and reinstalls. See `cacheDir`. */
  readonly cacheDir: string;
  /** Added to every port of BASE_PORTS. */
  readonly portOffset: number;
  readonly environment: NodeJS.ProcessEnv;
  /** One line for a person. */
  readonly report: (line: string) => void;
  /** Aborted when the start is given up, by the caller or because another part failed. */
  readonly signal: AbortSignal;
}

/** A part whose program was found, or can be installed. */
export interface PlannedPart {
  readonly name: PartName;
  /** What a person calls it: "Kafka". */
  readonly title: string;
  /**
   * Installs what is missing and lays out the data folder; answers how to run the part. Safe to repeat, and to
   * be killed at any moment: what is half done is done again.
   * @throws LocalStackError
   */
  prepare(): Promise<ChildSpec>;
}
