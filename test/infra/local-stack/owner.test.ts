import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { claimDataDir } from '../../../infra/local-stack/owner.ts';

let runDir: string;
const claim = () => claimDataDir('/data', runDir);

beforeEach(() => {
  runDir = mkdtempSync(join(tmpdir(), 'local-stack-owner-'));
  onTestFinished(() => rmSync(runDir, { recursive: true }));
});

test('a data folder is claimed by one living process at a time', () => {
  claim();
  expect(claim).toThrow(expect.objectContaining({ kind: 'data_dir_in_use' }));
  expect(claim).toThrow(`in use by process ${process.pid}`);
});

test('a claim that was given back leaves nothing and can be made again', () => {
  claim()();
  expect(readdirSync(runDir)).toEqual([]);
  claim()();
});

test.each([
  ['a process that is gone', JSON.stringify({ pid: 2 ** 22 + 1, startedAt: '1' })],
  ['an earlier process with the same id', JSON.stringify({ pid: process.pid, startedAt: 'long ago' })],
  ['nobody who can be read', '{"pid":'],
])('the claim of %s is taken over', (_who, content) => {
  writeFileSync(join(runDir, 'local-stack.json'), content);
  const release = claim();
  expect(claim).toThrow(expect.objectContaining({ kind: 'data_dir_in_use' }));
  release();
  expect(existsSync(join(runDir, 'local-stack.json'))).toBe(false);
});
