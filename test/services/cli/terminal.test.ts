import { EventEmitter, once } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type ProcessLike, processTerminal } from '../../../services/cli/terminal.ts';

/** A process whose streams the test writes and reads. */
function fakeProcess(isTTY: boolean, env: Record<string, string> = {}) {
  const stream = () => Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY, columns: 120 });
  const signals = new EventEmitter();
  const streams = { stdin: stream(), stdout: stream(), stderr: stream() };
  const process: ProcessLike = {
    ...streams,
    env,
    cwd: () => '/',
    once: (signal, listener) => signals.once(signal, listener),
  };
  return { ...streams, signals, terminal: processTerminal(process) };
}

describe('the terminal of a process', () => {
  it.each([
    [true, {}, { colours: true, columns: 120 }],
    [true, { NO_COLOR: '1' }, { colours: false, columns: 120 }],
    [true, { NO_COLOR: '' }, { colours: true, columns: 120 }],
    [true, { TERM: 'dumb' }, { colours: false, columns: 120 }],
    [false, {}, { colours: false, columns: null }],
  ])('on a terminal: %j, with %j, is %j', (isTTY, env, expected) => {
    expect(fakeProcess(isTTY, env).terminal).toMatchObject(expected);
  });

  it('prints answers to standard output and notes to standard error', () => {
    const { terminal, stdout, stderr } = fakeProcess(false);
    terminal.print('answer');
    terminal.note('note');
    expect([stdout.read(), stderr.read()]).toEqual(['answer\n', 'note\n']);
  });

  it('shows progress in one line of standard error, and only on a terminal', () => {
    const shown = (isTTY: boolean) => {
      const { terminal, stdout, stderr } = fakeProcess(isTTY);
      terminal.status('half');
      terminal.status('');
      return [stdout.read(), stderr.read()];
    };
    expect(shown(true)).toEqual([null, '\r\u001b[2Khalf\r\u001b[2K']);
    expect(shown(false)).toEqual([null, null]);
  });

  it('asks on standard error, and answers what was typed', async () => {
    const { terminal, stdin, stdout, stderr } = fakeProcess(true);
    const answered = terminal.ask('Sure? ');
    await once(stderr, 'readable');
    stdin.write('yes\n');
    expect(await answered).toBe('yes');
    expect(stdout.read()).toBeNull();
  });

  it('takes the end of the input for no answer', async () => {
    const { terminal, stdin } = fakeProcess(true);
    const answered = terminal.ask('Sure? ');
    stdin.end();
    expect(await answered).toBe('');
  });

  it('has nobody to ask where input comes from a program', async () => {
    expect(await fakeProcess(false).terminal.ask('Sure? ')).toBeNull();
  });

  it('reads the whole input', async () => {
    const { terminal, stdin } = fakeProcess(false);
    stdin.write('a');
    stdin.end('b');
    expect(await terminal.readInput()).toBe('ab');
  });

  it.each(['SIGINT', 'SIGTERM'])('is interrupted by %s', async (signal) => {
    const { terminal, signals } = fakeProcess(true);
    const interrupted = terminal.interrupted();
    signals.emit(signal);
    await interrupted;
  });
});
