/** Text that comes from a file or from standard input. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { usageFailure } from './failure.ts';
import type { Terminal } from './terminal.ts';

/** The text of a file; of standard input where `path` is `-`. `option` is named where it cannot be read. */
export async function readText(path: string, option: string, terminal: Terminal): Promise<string> {
  if (path === '-') return terminal.readInput();
  try {
    return await readFile(resolve(terminal.workingDir, path), 'utf8');
  } catch (error) {
    throw usageFailure(
      `${option}: cannot read ${path} (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
    );
  }
}
