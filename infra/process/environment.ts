/** What a process is told by its environment. A wrong one is a line on standard error and exit code 1. */
import { type Config, parseConfig } from '../../schemas/config.ts';
import { keyRing, type KeyRing } from '../crypto/sealed-secret.ts';
import { withStoredKeys } from './data-dir.ts';

/** The settings, and what seals and opens secrets and Temporal's payloads. Ends the process where they are wrong. */
export function readEnvironment(): { readonly config: Config; readonly keys: KeyRing } {
  const parsed = parseConfig(process.env, process.cwd());
  if (!parsed.ok) leave(parsed.message);
  const config = withStoredKeys(parsed.config);
  const [currentKey, ...olderKeys] = config.encryptionKeys;
  if (currentKey === undefined) leave('WEBHOOKS_ENCRYPTION_KEY: expected 32 bytes in base64');
  return { config, keys: keyRing(currentKey, ...olderKeys) };
}

function leave(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
