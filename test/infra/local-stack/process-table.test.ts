import { expect, test } from 'vitest';
import { inspectProcess, parseProcStat, parsePsLine } from '../../../infra/local-stack/process-table.ts';

test('this process is found with its own command line', () => {
  expect(inspectProcess(process.pid)?.commandLine).toContain('node');
});

test('an id above what systems hand out names no process', () => {
  expect(inspectProcess(2 ** 22 + 1)).toBeUndefined();
});

test('a pid file that holds no number names no process', () => {
  expect(inspectProcess(Number.NaN)).toBeUndefined();
});

test('a program whose name holds spaces and parentheses does not shift the fields of its stat line', () => {
  const numbers = Array.from({ length: 50 }, (_, index) => String(index + 4)).join(' ');
  expect(parseProcStat(`123 (a (b) c) S ${numbers}`)).toEqual({ state: 'S', startTicks: '22' });
});

test('a ps line gives the start, in five words, and the whole command', () => {
  expect(parsePsLine('Ss   Mon Nov 23 18:19:01 2026 /usr/bin/java -cp /libs/* kafka.Kafka\n')).toEqual({
    startedAt: 'Mon Nov 23 18:19:01 2026',
    commandLine: '/usr/bin/java -cp /libs/* kafka.Kafka',
  });
});

test('a zombie is dead', () => {
  expect(parsePsLine('Z+   Mon Nov 23 18:19:01 2026 (java)\n')).toBeUndefined();
});
