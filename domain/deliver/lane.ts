/**
 * Which deliveries of a subscription with `ordered_by` go one after the other, and which of them may start now. A lane
 * that is stuck holds none but its own.
 */
import type { DeliveryId } from '../../schemas/ids.ts';
import type { JsonObject } from '../../schemas/json.ts';
import { fieldNamed, readField } from '../match/field.ts';

const HEX_BYTES = 16;

/**
 * The lane of an event under `orderedBy`, the dotted name of a field of its `data`: the same for two events exactly when
 * the field has the same JSON value in both, so `1` and `"1"` are two lanes. Undefined, and so in no order, where the
 * field is missing or null.
 */
export function laneOf(
  orderedBy: string,
  data: JsonObject,
  sha256: (text: string) => Uint8Array,
): string | undefined {
  const value = readField(fieldNamed(orderedBy, false), data);
  if (value === undefined || value === null) return undefined;
  // A hash, because a value may be long or private, and lanes are indexed and logged.
  const digest = sha256(JSON.stringify([orderedBy, value])).subarray(0, HEX_BYTES);
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A delivery in the line of its lane; without a lane it waits behind nobody. */
export interface InLine {
  readonly deliveryId: DeliveryId;
  readonly lane?: string | undefined;
}

/** `waits`: for its turn. `stopped`: not to be tried now, and its lane waits for it. `ended`: its lane goes on. */
export type Standing = 'waits' | 'on_wire' | 'stopped' | 'ended';

/**
 * THE rule of lanes: which of `line` may start now, oldest first. `line` is in order and has for each of its lanes all
 * deliveries from the oldest one that has not ended. Of a lane only that oldest one may start, and only while it waits;
 * every one that may start is answered.
 */
export function mayStart<Delivery extends InLine>(
  line: readonly Delivery[],
  standingOf: (delivery: Delivery) => Standing,
): readonly Delivery[] {
  const taken = new Set<string>();
  return line.filter((delivery) => {
    const standing = standingOf(delivery);
    if (standing === 'ended') return false;
    if (delivery.lane !== undefined) {
      if (taken.has(delivery.lane)) return false;
      taken.add(delivery.lane);
    }
    return standing === 'waits';
  });
}
