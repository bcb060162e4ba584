/** What a scenario is: sizes that the command line may change, something to run, and what it finds. */
import type { Findings } from './findings.ts';
import type { Rig, RigOptions } from './rig.ts';

/** A number that the command line may change: `--events=5000`. */
export interface Size {
  readonly says: string;
  /** Unless the command line says otherwise: small enough for a look. */
  readonly quick: number;
  /** With `--full`: as large as what is to be shown. */
  readonly full: number;
}

/** What a scenario is given. `Name` are the names of its sizes. */
export interface Bench<Name extends string = string> {
  size(name: Name): number;
  /** One line for a person who waits. */
  say(line: string): void;
  /** A stack of its own with receiver and producer, closed when the scenario ends. */
  openRig(options?: RigOptions): Promise<Rig>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

export interface Scenario {
  readonly name: string;
  /** One line: what it measures. */
  readonly shows: string;
  /** Whether it runs where no scenario is named. */
  readonly isDefault: boolean;
  readonly sizes: Readonly<Record<string, Size>>;
  readonly run: (bench: Bench) => Promise<Findings>;
}

/** A scenario that can ask for its own sizes only, and runs by default. */
export const defineScenario = <Name extends string>(scenario: {
  readonly name: string;
  readonly shows: string;
  readonly isDefault?: boolean;
  readonly sizes: Readonly<Record<Name, Size>>;
  readonly run: (bench: Bench<Name>) => Promise<Findings>;
}): Scenario => ({ isDefault: true, ...(scenario as unknown as Omit<Scenario, 'isDefault'>) });
