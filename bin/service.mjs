/** `npm run <service>`: runs one service by itself, for production. */
import { ensureInstalled } from './install.mjs';

const SERVICES = ['router', 'worker', 'projector', 'api'];
const name = process.argv[2];
if (!SERVICES.includes(name)) {
  console.error(`expected one of ${SERVICES.join(', ')}`);
  process.exit(2);
}
ensureInstalled();
const { ensureBuilt } = await import('./build.mjs');
await ensureBuilt();
await import(`../dist/services/${name}/main.js`);
