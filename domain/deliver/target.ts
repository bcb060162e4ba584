import type { DeliveryTask } from '../../schemas/delivery.ts';
import type { JsonObject } from '../../schemas/json.ts';
import type { StoredSettings } from '../../schemas/subscription-log.ts';
import { targetUrl, type Destinations } from '../match/match-event.ts';

/** The url that a delivery goes to under `settings`: that of the first route that takes it, else their own. */
export function targetOf(
  settings: Destinations,
  task: Pick<DeliveryTask, 'body' | 'eventType' | 'batchedEvents'>,
): string {
  // The body is parsed only where a route may ask for its data.
  if (settings.routes.length === 0) return settings.url;
  return targetUrl(settings, { type: task.eventType, data: routedData(task) });
}

/** Where an attempt of a delivery goes now; null where it goes to a fallback that its subscription has no more. */
export const urlNow = (
  settings: Destinations & Pick<StoredSettings, 'fallback'>,
  task: Parameters<typeof targetOf>[1] & Pick<DeliveryTask, 'standsInFor'>,
): string | null =>
  task.standsInFor === undefined ? targetOf(settings, task) : (settings.fallback?.url ?? null);

/**
 * The data of the event, or of the first event of a batch. All events of a batch were matched with the same url, so a
 * route that is corrected meanwhile sends them on together.
 */
function routedData({ body, batchedEvents }: Pick<DeliveryTask, 'body' | 'batchedEvents'>): JsonObject {
  const { data } = JSON.parse(body) as { data: JsonObject };
  if (batchedEvents === undefined) return data;
  const { events } = data as unknown as { events: readonly { data: JsonObject }[] };
  return events[0]?.data ?? {};
}
