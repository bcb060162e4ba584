/**
 * All subscriptions that are to receive anything, arranged so that an event finds the few that may match without
 * looking at the others: account → event type, prefix or `*` → a fact about a field that the subscription demands
 * (equal, start, end, inside, bound) → what demands nothing that can be looked up. The cost of an event grows with
 * what it finds, and with the number of different fields that the subscriptions of its account and type name.
 */
import type { AccountId, SubscriptionId } from '../../schemas/ids.ts';
import type { JsonObject } from '../../schemas/json.ts';
import { coversOf, type AccessKey, type Cover } from './access-keys.ts';
import {
  compile,
  type CompiledSubscription,
  type MatchableEvent,
  type MatchableSubscription,
} from './compile.ts';
import { prefixOf } from './event-pattern.ts';
import { fieldKey } from './field.ts';
import { FieldIndex } from './field-index.ts';
import { removeFrom } from './list-map.ts';

export interface SubscriptionIndex {
  /** Adds the subscription, or takes it in place of the one with its id. Where it throws, nothing has changed. */
  put(subscription: MatchableSubscription): void;
  /** Takes it out. False where there was none. */
  remove(id: SubscriptionId): boolean;
  /**
   * Every subscription of the event's account that matches it, once, and a few that may not: their events take its
   * type in, but filters and conditions are still to be evaluated. In no order that could be relied on.
   */
  candidates(event: MatchableEvent): readonly CompiledSubscription[];
  readonly size: number;
}

export function createSubscriptionIndex(): SubscriptionIndex {
  const entries = new Map<SubscriptionId, Entry>();
  const accounts = new Map<AccountId, Map<string, Shelf>>();
  let queries = 0;

  const remove = (id: SubscriptionId): boolean => {
    const entry = entries.get(id);
    if (entry === undefined) return false;
    entries.delete(id);
    const { accountId, patterns } = entry.subscription;
    const shelves = accounts.get(accountId);
    entry.covers.forEach((cover, position) => {
      const key = shelfKey(patterns[position]!);
      const shelf = shelves?.get(key);
      shelf?.remove(entry, cover);
      if (shelf?.isEmpty === true) shelves?.delete(key);
    });
    if (shelves?.size === 0) accounts.delete(accountId);
    return true;
  };

  return {
    put(subscription) {
      const compiled = compile(subscription);
      remove(compiled.id);
      const shelves = accounts.get(compiled.accountId) ?? new Map<string, Shelf>();
      accounts.set(compiled.accountId, shelves);
      const covers = coversOf(compiled).filter(
        (cover) => cover.length * compiled.patterns.length <= MAX_KEYS_PER_SUBSCRIPTION,
      );
      const entry: Entry = { subscription: compiled, covers: [], lastQuery: 0 };
      for (const pattern of compiled.patterns) {
        const key = shelfKey(pattern);
        const shelf = shelves.get(key) ?? new Shelf();
        shelves.set(key, shelf);
        entry.covers.push(shelf.add(entry, covers));
      }
      entries.set(compiled.id, entry);
    },
    remove,
    candidates({ accountId, type, data }) {
      const shelves = accounts.get(accountId);
      if (shelves === undefined) return [];
      const found: Entry[] = [];
      shelves.get('*')?.collect(data, found);
      shelves.get(type)?.collect(data, found);
      for (let dot = type.indexOf('.'); dot !== -1; dot = type.indexOf('.', dot + 1)) {
        shelves.get(type.slice(0, dot + 1))?.collect(data, found);
      }
      // One that is filed under several keys may have been found under several.
      queries += 1;
      const candidates: CompiledSubscription[] = [];
      for (const entry of found) {
        if (entry.lastQuery === queries) continue;
        entry.lastQuery = queries;
        candidates.push(entry.subscription);
      }
      return candidates;
    },
    get size() {
      return entries.size;
    },
  };
}

/**
 * A cover that needs more keys than this, over all patterns, is not used: filing it would take longer than the
 * millisecond that a change may cost.
 */
const MAX_KEYS_PER_SUBSCRIPTION = 2_048;

interface Entry {
  readonly subscription: CompiledSubscription;
  /** For each pattern of the subscription, the cover that it is filed under; null where it is under none. */
  readonly covers: (Cover | null)[];
  lastQuery: number;
}

/** What a pattern is found by: `workflow.*` by `workflow.`, which is no type; types and `*` by themselves. */
function shelfKey(pattern: string): string {
  const prefix = prefixOf(pattern);
  return prefix === null ? pattern : `${prefix}.`;
}

/** The subscriptions of one account with one event pattern. */
class Shelf {
  private readonly fields = new Map<string, FieldIndex<Entry>>();
  /** Under no key: candidates for every event. */
  private readonly rest: Entry[] = [];

  get isEmpty(): boolean {
    return this.rest.length === 0 && this.fields.size === 0;
  }

  /** Files the entry under that one of the covers that brings it in with the fewest others, and answers which. */
  add(entry: Entry, covers: readonly Cover[]): Cover | null {
    let chosen: Cover | null = null;
    let least = Infinity;
    for (const cover of covers) {
      const cost = this.costOf(cover);
      if (cost < least) {
        chosen = cover;
        least = cost;
      }
    }
    if (chosen === null) this.rest.push(entry);
    else for (const key of chosen) this.fieldIndexOf(key).add(key, entry);
    return chosen;
  }

  /** Takes the entry out from under the cover that `add` answered. */
  remove(entry: Entry, cover: Cover | null): void {
    if (cover === null) return removeFrom(this.rest, entry);
    for (const key of cover) {
      const index = this.fields.get(fieldKey(key.field));
      index?.remove(key, entry);
      if (index?.isEmpty === true) this.fields.delete(fieldKey(key.field));
    }
  }

  collect(data: JsonObject, found: Entry[]): void {
    for (const entry of this.rest) found.push(entry);
    for (const index of this.fields.values()) index.collect(data, found);
  }

  /** How many others an event would find with it, by its most crowded key. */
  private costOf(cover: Cover): number {
    let crowd = 0;
    for (const key of cover) {
      const index = this.fields.get(fieldKey(key.field));
      crowd = Math.max(crowd, COST_OF_LOOKUP[key.kind] + (index?.crowdAt(key) ?? 0));
    }
    return crowd;
  }

  private fieldIndexOf(key: AccessKey): FieldIndex<Entry> {
    const name = fieldKey(key.field);
    const index = this.fields.get(name) ?? new FieldIndex<Entry>(key.field);
    this.fields.set(name, index);
    return index;
  }
}

/** What finding out whether a key holds costs, in candidates in vain; decides between keys that are equally crowded. */
const COST_OF_LOOKUP: Readonly<Record<AccessKey['kind'], number>> = {
  equals: 0,
  starts_with: 1,
  ends_with: 1,
  contains: 2,
  at_least: 3,
  at_most: 3,
  present: 4,
};
