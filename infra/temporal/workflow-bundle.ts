import { fileURLToPath } from 'node:url';

/** The bundle that `npm run build` makes of workflows/, beside the compiled programs in dist/. */
export const workflowBundlePath = (): string =>
  fileURLToPath(new URL('../../workflow-bundle.js', import.meta.url));
