import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { cacheDir, installOnce, type Installation } from '../../../infra/local-stack/cache.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'local-stack-cache-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
});

const installation = (overrides: Partial<Installation>): Installation => ({
  root,
  name: 'tool-1.0',
  progress: 'getting 1.0',
  report: () => undefined,
  signal: new AbortController().signal,
  install: async (folder) => writeFileSync(join(folder, 'program'), 'whole'),
  ...overrides,
});

describe('an installation', () => {
  test('is made once and found from then on', async () => {
    let installs = 0;
    const once = installation({
      install: async () => {
        installs += 1;
      },
    });
    await installOnce(once);
    await installOnce(once);
    expect(installs).toBe(1);
  });

  test('that fails leaves nothing behind and is tried again', async () => {
    const failing = installation({
      install: async (folder) => {
        writeFileSync(join(folder, 'program'), 'ha');
        throw new Error('the network is gone');
      },
    });
    await expect(installOnce(failing)).rejects.toThrow('the network is gone');
    expect(readdirSync(root)).toEqual([]);
    const folder = await installOnce(installation({}));
    expect(readFileSync(join(folder, 'program'), 'utf8')).toBe('whole');
  });

  test('is not visible under its name before it is whole', async () => {
    await installOnce(
      installation({
        install: async (folder) => {
          expect(existsSync(join(root, 'tool-1.0'))).toBe(false);
          writeFileSync(join(folder, 'program'), 'whole');
        },
      }),
    );
    expect(readdirSync(root)).toEqual(['tool-1.0']);
  });

  test('made twice at the same time is kept once, and both find it', async () => {
    // Deterministic: both are past the check before either is renamed, because both installs wait for each other.
    let waiting = 0;
    let release: () => void = () => undefined;
    const both = new Promise<void>((resolve) => (release = resolve));
    const install = async (folder: string) => {
      writeFileSync(join(folder, 'program'), 'whole');
      waiting += 1;
      if (waiting === 2) release();
      await both;
    };
    const [first, second] = await Promise.all([
      installOnce(installation({ install })),
      installOnce(installation({ install })),
    ]);
    expect(first).toBe(second);
    expect(readdirSync(root)).toEqual(['tool-1.0']);
  });

  test('that is given up is not kept', async () => {
    const givenUp = new AbortController();
    const install = async () => givenUp.abort();
    await expect(installOnce(installation({ install, signal: givenUp.signal }))).rejects.toMatchObject({
      kind: 'aborted',
    });
    expect(readdirSync(root)).toEqual([]);
  });
});

describe('the cache folder', () => {
  test('follows XDG_CACHE_HOME', () => {
    expect(cacheDir({ XDG_CACHE_HOME: '/somewhere', HOME: '/home/ann' })).toBe('/somewhere/broxi-webhooks');
  });

  test('is below ~/.cache where XDG_CACHE_HOME is absent or relative', () => {
    expect(cacheDir({ HOME: '/home/ann' })).toBe('/home/ann/.cache/broxi-webhooks');
    expect(cacheDir({ XDG_CACHE_HOME: 'here', HOME: '/home/ann' })).toBe('/home/ann/.cache/broxi-webhooks');
  });
});
