/** `npm start`: installs and builds what is missing, then runs everything on this machine. */
import { ensureInstalled } from './install.mjs';

ensureInstalled();
const { ensureBuilt } = await import('./build.mjs');
await ensureBuilt();
await import('../dist/services/supervisor/main.js');
