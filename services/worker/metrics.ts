/** What a worker tells of itself, for `/metrics`: all that waits in it, and what keeps it from taking more. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { EndpointGates } from '../../activities/endpoint-gates.ts';
import type { ReleaseMemory } from '../../activities/release-line.ts';
import type { WorkSlots } from '../../infra/temporal/work-slots.ts';

/** What is measured. */
export interface Measured {
  readonly gates: Omit<EndpointGates, 'enter'>;
  readonly work: Pick<WorkSlots, 'inHand'>;
  readonly memory: ReleaseMemory;
}

/** Registers the gauges, once for each registry. They are read whenever somebody asks, so they are never older than that. */
export function measureWorker(registry: Registry, { gates, work, memory }: Measured): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name: `webhooks_worker_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  gauge('open_circuits', 'Endpoints whose circuit is not closed, as this process sees them.', () =>
    gates.openCircuits(),
  );
  gauge('attempts_waiting', 'Attempts that wait for a place on the wire.', () => gates.waiting());
  gauge('attempts_on_wire', 'Attempts that have been sent and have not ended.', () => gates.onWire());
  gauge('work_in_hand', 'Groups, retries and releases that are being worked on.', () => work.inHand());
  gauge('release_bytes', 'Bodies that releases have read and have not sent.', () => memory.bytes);
}

/** Counts what becomes of deliveries that failed in a group: whether there was room for workflows of their own. */
export function createRetryCounter(registry: Registry): Counter<'carrier'> {
  const counter = new Counter({
    name: 'webhooks_worker_group_retries_total',
    help: 'Deliveries that failed in a group: carrier is `own` where they left it for a workflow of their own, else `group`.',
    labelNames: ['carrier'],
    registers: [registry],
  });
  for (const carrier of ['own', 'group']) counter.inc({ carrier }, 0);
  return counter;
}
