/** `npm run bench`: installs and builds what is missing, then measures. */
import { ensureInstalled } from './install.mjs';

ensureInstalled();
const { ensureBuilt } = await import('./build.mjs');
await ensureBuilt();
await import('../dist/bench/main.js');
