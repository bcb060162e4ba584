/**
 * A subscription as the index holds it: what is read of it for each event that finds it, and no more. What an event has
 * to read is likely to be far from the processor's cache, and with many subscriptions that is what matching costs.
 */
import type { SubscriptionId } from '../../schemas/ids.ts';
import type { Block } from './compile.ts';

/** What is read of a subscription for an event. */
export interface Candidate {
  /** What is left to evaluate when it was found: all of it, unless the way in which it is found proves a part. */
  remaining: Block;
  readonly id: SubscriptionId;
  /** Ids are in the order of these numbers, and by their text where the numbers are the same. */
  readonly orderOfId: number;
  /**
   * For each of its patterns, which of its usable covers it is filed under, or -1. The covers themselves are made
   * again when it is taken out: kept, they would weigh as much as the rest of the index.
   */
  chosen: readonly number[];
}

const NOWHERE: readonly number[] = [];

/** The candidate that a subscription is, filed nowhere yet, with everything left to evaluate. */
export function candidateOf(id: SubscriptionId, block: Block): Candidate {
  return { remaining: block, id, orderOfId: orderOf(id), chosen: NOWHERE };
}

const ID_PREFIX = 'wh_';

/** The first four characters behind the prefix, seven bits each: together what the engine keeps without an object. */
function orderOf(id: SubscriptionId): number {
  let order = 0;
  for (let place = 0; place < 4; place += 1) {
    order = (order << 7) | (id.charCodeAt(ID_PREFIX.length + place) & 0x7f);
  }
  return order;
}

/** Orders by id: by code units, so the same on every machine. Mostly tells without reading the ids. */
export function compareIds(a: Candidate, b: Candidate): number {
  return a.orderOfId - b.orderOfId || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
