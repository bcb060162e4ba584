import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createProgram } from '../../../services/cli/program.ts';
import { processTerminal } from '../../../services/cli/terminal.ts';
import { run } from './run.ts';

const leaves = (command: Command, path: readonly string[]): (readonly string[])[] =>
  command.commands.length === 0
    ? [path]
    : command.commands.flatMap((child) => leaves(child, [...path, child.name()]));

const everyCommand = leaves(createProgram(processTerminal(process)), []).map((path) => [path] as const);

it.each(everyCommand)('%j helps with examples, and offers --json', async (path) => {
  const { exitCode, stdout } = await run([...path, '--help']);
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`Usage: webhooks ${path.join(' ')}`);
  expect(stdout).toContain(`Examples:\n  $ webhooks `);
  expect(stdout).toContain('--json');
});

it('--version prints the version of the package', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(await run(['--version'])).toEqual({ exitCode: 0, stdout: version, stderr: '' });
});
