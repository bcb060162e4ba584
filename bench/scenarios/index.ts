/** Every scenario, in the order in which they run. */
import type { Scenario } from '../scenario.ts';
import { backlog } from './backlog.ts';
import { batchingKills } from './batching-kills.ts';
import { batching } from './batching.ts';
import { cost } from './cost.ts';
import { failingCost } from './failing-cost.ts';
import { failing } from './failing.ts';
import { growth } from './growth.ts';
import { kills } from './kills.ts';
import { latency } from './latency.ts';
import { limits } from './limits.ts';
import { match } from './match.ts';
import { noisyNeighbour } from './noisy-neighbour.ts';
import { pause } from './pause.ts';
import { retries } from './retries.ts';
import { single } from './single.ts';
import { start } from './start.ts';
import { throughput } from './throughput.ts';

export const SCENARIOS: readonly Scenario[] = [
  match,
  limits,
  throughput,
  latency,
  single,
  cost,
  growth,
  batching,
  batchingKills,
  backlog,
  retries,
  pause,
  noisyNeighbour,
  failing,
  failingCost,
  kills,
  start,
];
