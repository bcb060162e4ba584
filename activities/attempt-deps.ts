/** What attempts need of the world, made from what a process has. */
import type { Client } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { parseRetryAfterMs } from '../domain/deliver/retry-after.ts';
import { operationalEventOf } from '../domain/record/operational-event.ts';
import type { SubscriptionDirectory } from '../domain/subscription/directory.ts';
import { sha256 } from '../infra/crypto/hash.ts';
import { createSealer, type KeyRing } from '../infra/crypto/sealed-secret.ts';
import { createGuardedAgent } from '../infra/http/guarded-agent.ts';
import type { Appender } from '../infra/kafka/appender.ts';
import { createEventLog } from '../infra/kafka/event-log.ts';
import { announceOn } from '../infra/kafka/operational-events.ts';
import {
  createFailureWatches,
  watchingFailures,
  type WatchAddress,
} from '../infra/temporal/failure-watches.ts';
import { createBusy } from '../infra/process/busy.ts';
import type { Logger } from '../infra/telemetry.ts';
import type { Config } from '../schemas/config.ts';
import { createEndpointGates } from './endpoint-gates.ts';
import type { AttemptDeps } from './make-attempt.ts';
import type { RecordDeps, Releases } from './record-attempt.ts';

/** What a process has. */
export interface AttemptParts {
  readonly config: Pick<Config, 'allowedNetworks' | 'egressProxy' | 'eventTopics'>;
  readonly client: Client;
  readonly directory: Pick<SubscriptionDirectory, 'atLeast'>;
  readonly appender: Appender;
  readonly keys: KeyRing;
  readonly logger: Logger;
  readonly releases: Releases;
  readonly watch: WatchAddress;
  readonly shutdown: AbortSignal;
}

/** `agent` in it is to be closed when the process stops. */
export function attemptDeps(parts: AttemptParts): AttemptDeps & RecordDeps {
  const { allowedNetworks, egressProxy, eventTopics } = parts.config;
  const sealer = createSealer(parts.keys);
  const now = () => new Date();
  const watches = createFailureWatches(parts.client, parts.watch, parts.logger);
  const announce = announceOn(eventTopics[0]!, (fact) => operationalEventOf(fact, sha256));
  return {
    eventLog: watchingFailures(createEventLog(parts.appender, announce), watches),
    releases: parts.releases,
    agent: createGuardedAgent({ allowedNetworks, egressProxy, parseRetryAfterMs }),
    gates: createEndpointGates({
      now,
      isBusy: createBusy(),
      onCircuit(subscriptionId, move) {
        void watches.circuitMoved(subscriptionId, move);
        // Whoever sent the probe: what is held waits for the time of the next one.
        if (move.state === 'closed') parts.releases.wake(subscriptionId);
      },
    }),
    lookUp: (id, version) => parts.directory.atLeast(id, version),
    open(sealed, { id }) {
      const opened = sealer.open(sealed, id);
      if (!opened.ok) throw new Error(`a secret of ${id} cannot be opened: ${opened.failure}`);
      return opened.plain;
    },
    now,
    random: () => Math.random(),
    shutdown: parts.shutdown,
    newSpanId,
  };
}

/** Of a UUID the digits that are random: Node draws those for many at once, and single bytes by a call each. */
function newSpanId(): string {
  const uuid = randomUUID();
  return uuid.slice(0, 4) + uuid.slice(-12);
}
