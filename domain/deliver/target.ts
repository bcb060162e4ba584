import type { TaskHead } from '../../schemas/delivery.ts';
import type { JsonObject } from '../../schemas/json.ts';
import type { StoredSettings } from '../../schemas/subscription-log.ts';
import { targetUrl, type Destinations } from '../match/match-event.ts';

/**
 * The url that a delivery with this body, as text or as UTF-8, goes to under `settings`: that of the first route that
 * takes it, else their own.
 */
export function targetOf(
  settings: Destinations,
  task: Pick<TaskHead, 'eventType' | 'batchedEvents'>,
  body: string | Uint8Array,
): string {
  // The body is parsed only where a route may ask for its data.
  if (settings.routes.length === 0) return settings.url;
  return targetUrl(settings, { type: task.eventType, data: routedData(task, body) });
}

/** Where an attempt of a delivery goes now; null where it goes to a fallback that its subscription has no more. */
export const urlNow = (
  settings: Destinations & Pick<StoredSettings, 'fallback'>,
  task: Parameters<typeof targetOf>[1] & Pick<TaskHead, 'standsInFor'>,
  body: string | Uint8Array,
): string | null =>
  task.standsInFor === undefined ? targetOf(settings, task, body) : (settings.fallback?.url ?? null);

/**
 * The data of the event, or of the first event of a batch. All events of a batch were matched with the same url, so a
 * route that is corrected meanwhile sends them on together.
 */
function routedData(
  { batchedEvents }: Pick<TaskHead, 'batchedEvents'>,
  body: string | Uint8Array,
): JsonObject {
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  const { data } = JSON.parse(text) as { data: JsonObject };
  if (batchedEvents === undefined) return data;
  const { events } = data as unknown as { events: readonly { data: JsonObject }[] };
  return events[0]?.data ?? {};
}
