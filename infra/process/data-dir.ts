/** The data folder: process ids, logs, and the keys that `npm start` made for this machine. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../schemas/config.ts';
import { removePid, writePid } from './pid-file.ts';

const API_KEY_FILE = 'api-key';
const ENCRYPTION_KEY_FILE = 'encryption-key';
const OWNER_ONLY = 0o600;

/** `<data dir>/logs/<name>.log`; makes the folder. */
export function logFile(dataDir: string, name: string): string {
  mkdirSync(join(dataDir, 'logs'), { recursive: true });
  return join(dataDir, 'logs', `${name}.log`);
}

/** Writes this process's id to `<data dir>/run/<name>.pid`, whole or not at all; answers how to remove it. */
export function writePidFile(dataDir: string, name: string): () => void {
  mkdirSync(join(dataDir, 'run'), { recursive: true });
  const path = join(dataDir, 'run', `${name}.pid`);
  writePid(path, process.pid);
  return () => removePid(path, process.pid);
}

/** Fills in the keys that the environment lacks from the data folder. */
export function withStoredKeys(config: Config): Config {
  const encryptionKey = read(join(config.dataDir, ENCRYPTION_KEY_FILE));
  return Object.freeze({
    ...config,
    adminKey: config.adminKey ?? read(join(config.dataDir, API_KEY_FILE)),
    encryptionKeys:
      config.encryptionKeys.length > 0 || encryptionKey === null
        ? config.encryptionKeys
        : [Buffer.from(encryptionKey, 'base64')],
  });
}

/** Like `withStoredKeys`, and makes and keeps what is missing still: for `npm start` on a fresh clone. */
export function withKeptKeys(config: Config): Config {
  mkdirSync(config.dataDir, { recursive: true });
  const stored = withStoredKeys(config);
  if (stored.adminKey === null) {
    keep(join(config.dataDir, API_KEY_FILE), `whk_${randomBytes(24).toString('base64url')}`);
  }
  if (stored.encryptionKeys.length === 0) {
    keep(join(config.dataDir, ENCRYPTION_KEY_FILE), randomBytes(32).toString('base64'));
  }
  return withStoredKeys(config);
}

function keep(path: string, secret: string): void {
  writeFileSync(path, `${secret}\n`, { mode: OWNER_ONLY });
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}
