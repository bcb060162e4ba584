/** The workflows as `npm run build` bundles them, straight from their sources. */
import { bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { fileURLToPath } from 'node:url';

const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error: console.error };

/** All of ours, or those of another module. */
export function bundleWorkflows(
  entry = new URL('../../workflows/index.ts', import.meta.url),
): Promise<WorkflowBundleWithSourceMap> {
  const workflowsPath = fileURLToPath(entry);
  return bundleWorkflowCode({ workflowsPath, preloadModules: [workflowsPath], logger: quiet });
}
