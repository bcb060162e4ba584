/**
 * Tells deliveries that are owed already, because a producer wrote the event twice: a window in memory in front,
 * the read model behind it. While PostgreSQL is away, the window serves alone.
 */
import type { Logger } from '../../infra/telemetry.ts';
import type { DeliveryTask, RecordPlace } from '../../schemas/delivery.ts';
import type { DeliveryId } from '../../schemas/ids.ts';

/** Where the events of those of `ids` came from that were scheduled within a day, as the read model knows it. */
export type FindPlaces = (ids: readonly DeliveryId[]) => Promise<ReadonlyMap<DeliveryId, RecordPlace>>;

export interface KnownDeliveries {
  /** Those of `tasks` that were not owed because of a record at another place. Never rejects. */
  withoutRepeats(tasks: readonly DeliveryTask[]): Promise<readonly DeliveryTask[]>;
}

/** A minute of full load, and the read model knows what is older; one entry takes about 140 bytes. */
const WINDOW_SIZE = 100_000;
/** A PostgreSQL that did not answer is left alone for so long: no chunk waits for it. */
const LEFT_ALONE_MS = 5_000;
/** A chunk waits for so long at most. */
const PATIENCE_MS = 500;

/** Keeps the window of one process. */
export function createKnownDeliveries(findPlaces: FindPlaces, logger: Pick<Logger, 'warn'>): KnownDeliveries {
  const window = new Map<DeliveryId, string>();
  let leftAloneUntilMs = 0;

  const remember = (id: DeliveryId, place: string): void => {
    window.set(id, place);
    if (window.size <= WINDOW_SIZE) return;
    const oldest = window.keys().next();
    if (oldest.done !== true) window.delete(oldest.value);
  };

  const ask = async (ids: readonly DeliveryId[]): Promise<ReadonlyMap<DeliveryId, RecordPlace>> => {
    if (ids.length === 0 || performance.now() < leftAloneUntilMs) return new Map();
    let impatient: NodeJS.Timeout | undefined;
    try {
      return await Promise.race([
        findPlaces(ids),
        new Promise<never>((_resolve, reject) => {
          impatient = setTimeout(reject, PATIENCE_MS, new Error(`no answer within ${PATIENCE_MS} ms`));
        }),
      ]);
    } catch (error) {
      leftAloneUntilMs = performance.now() + LEFT_ALONE_MS;
      logger.warn({ err: error }, 'events that were written twice are known by memory alone');
      return new Map();
    } finally {
      clearTimeout(impatient);
    }
  };

  return {
    async withoutRepeats(tasks) {
      const unknown = tasks.filter(({ deliveryId }) => !window.has(deliveryId));
      const places = await ask(unknown.map(({ deliveryId }) => deliveryId));
      return tasks.filter((task) => {
        const here = placeText(task.source);
        const stored = places.get(task.deliveryId);
        const known = window.get(task.deliveryId) ?? (stored === undefined ? here : placeText(stored));
        if (!window.has(task.deliveryId)) remember(task.deliveryId, known);
        // The same record again is no repeat: a crash gave it back, and nobody knows how far it came.
        return known === here;
      });
    },
  };
}

/** Joined, for a text that is put together with + or a template stays a tree of its parts, three times as large. */
const placeText = ({ topic, partition, offset }: RecordPlace): string => [topic, partition, offset].join('/');
