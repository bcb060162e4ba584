#!/usr/bin/env node
/** `npx webhooks …`: the ops CLI. Builds it where that has not been done yet. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = new URL('../dist/services/cli/main.js', import.meta.url);
// No more than that: a build under a stack that runs would take its programs away.
if (!existsSync(fileURLToPath(program))) {
  const { ensureBuilt } = await import('./build.mjs');
  await ensureBuilt();
}
await import(program.href);
