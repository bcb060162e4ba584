import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { run } from './run.ts';

/** What bash offers for the last word of `line`, by the script itself. */
async function offeredByBash(line: string): Promise<string[]> {
  const { stdout: script } = await run(['completion', 'bash']);
  const words = line.split(' ').map((word) => `'${word}'`);
  const asked = `${script}
COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _webhooks; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, status } = spawnSync('bash', ['--norc', '-c', asked], { encoding: 'utf8' });
  expect(status).toBe(0);
  return stdout.split('\n').filter((word) => word !== '');
}

describe('completion bash', () => {
  it('offers the commands', async () => {
    expect(await offeredByBash('webhooks ')).toEqual(
      expect.arrayContaining(['subscriptions', 'listen', '--json']),
    );
  });

  it('offers what begins as the word does', async () => {
    expect(await offeredByBash('webhooks subscriptions pa')).toEqual(['pause']);
  });

  it('offers the options of the command, past arguments and other options', async () => {
    expect(await offeredByBash('webhooks --json deliveries list --limit 3 --status-')).toEqual([
      '--status-code',
    ]);
  });

  it('offers the values that an option has a choice of', async () => {
    expect(await offeredByBash('webhooks deliveries list --status b')).toEqual(['blocked']);
  });

  it('offers nothing of its own where an option takes any value', async () => {
    expect(await offeredByBash('webhooks events publish --data ')).toEqual([]);
  });

  it('offers the shells', async () => {
    expect(await offeredByBash('webhooks completion f')).toEqual(['fish']);
  });
});

describe('completion zsh and fish', () => {
  it('names every command for zsh with its description', async () => {
    const { stdout } = await run(['completion', 'zsh']);
    expect(stdout).toMatch(/^#compdef webhooks\n/);
    expect(stdout).toContain("(' deliveries list') found=('--");
    expect(stdout).toContain("'pause:Hold deliveries back until it is resumed'");
  });

  it('offers for fish the values that an option has a choice of', async () => {
    const { stdout } = await run(['completion', 'fish']);
    expect(stdout).toContain(
      `complete -c webhooks -n "__webhooks_at ' deliveries list'" -l status -x -a 'pending retrying held `,
    );
  });

  it('knows no other shell', async () => {
    expect((await run(['completion', 'tcsh'])).exitCode).toBe(2);
  });
});
