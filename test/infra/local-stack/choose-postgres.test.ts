import { mkdirSync, mkdtempSync, readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  choosePostgres,
  makeLinks,
  type PostgresProgram,
} from '../../../infra/local-stack/postgres-program.ts';

const program = (major: number): PostgresProgram => ({
  version: { major, minor: 1 },
  label: `${major}.1`,
  home: `/pg/${major}`,
  initdb: `/pg/${major}/bin/initdb`,
  postgres: `/pg/${major}/bin/postgres`,
});

test('a new cluster is made with the preferred program', () => {
  expect(choosePostgres([program(15), program(18)], undefined)?.home).toBe('/pg/15');
});

test('a cluster is opened by its own major version, wherever that stands in the order', () => {
  expect(choosePostgres([program(15), program(18)], 18)?.home).toBe('/pg/18');
});

test('a cluster that no program can open is given to none', () => {
  expect(choosePostgres([program(15)], 18)).toBeUndefined();
});

test('the links that an unapproved install script did not make are made, and made only once', () => {
  const root = mkdtempSync(join(tmpdir(), 'local-stack-links-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const native = join(root, 'native');
  mkdirSync(join(native, 'lib'), { recursive: true });
  writeFileSync(join(native, 'lib', 'libpq.so.5.18'), '');
  const link = { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' };
  writeFileSync(join(native, 'pg-symlinks.json'), JSON.stringify([link]));

  makeLinks(native);
  makeLinks(native);

  expect(readlinkSync(join(native, 'lib', 'libpq.so.5'))).toBe('libpq.so.5.18');
  expect(realpathSync(join(native, 'lib', 'libpq.so.5'))).toBe(
    realpathSync(join(native, 'lib', 'libpq.so.5.18')),
  );
});
