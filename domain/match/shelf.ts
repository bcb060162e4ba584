/**
 * Subscriptions that differ in nothing but what they ask of the data, arranged by it: an event finds those that ask for
 * a fact that it has (a field that is equal, starts, ends, contains, within a bound, there), and those that ask for
 * nothing that could be looked up. Each is filed once, under the fact that the fewest others ask for.
 */
import type { JsonObject } from '../../schemas/json.ts';
import type { AccessKey, Cover } from './access-keys.ts';
import type { Candidate } from './candidate.ts';
import { fieldKey, type Field } from './field.ts';
import { FieldIndex } from './field-index.ts';
import { ListMap } from './list-map.ts';
import { removeFrom } from './one-or-more.ts';

/** Above this, looking up the fields that an event has is faster than asking it for each. */
const MAX_FIELDS_ASKED_FOR = 32;

/** The subscriptions of one account with one event pattern. */
export class Shelf {
  private readonly fields = new Map<string, FieldIndex<Candidate>>();
  /** The same by the keys of `data` where their values begin: a field's first part, and its whole name. */
  private readonly fieldsByHead = new ListMap<string, FieldIndex<Candidate>>();
  /** Under no key: evaluated for every event. */
  private readonly rest: Candidate[] = [];

  /** True where nothing is filed. */
  get isEmpty(): boolean {
    return this.rest.length === 0 && this.fields.size === 0;
  }

  /** Files it under the cover by which the fewest are found in vain. Answers which, -1 for none. */
  add(candidate: Candidate, covers: readonly Cover[]): number {
    let chosen = -1;
    let least = Infinity;
    for (const [position, cover] of covers.entries()) {
      const cost = this.costOf(cover);
      if (cost >= least) continue;
      chosen = position;
      least = cost;
    }
    const cover = covers[chosen];
    if (cover === undefined) this.rest.push(candidate);
    else for (const key of cover.keys) this.fieldIndexOf(key).add(key, candidate);
    return chosen;
  }

  /** Takes it out from under the cover that `add` chose; null for none. */
  remove(candidate: Candidate, cover: Cover | null): void {
    if (cover === null) return removeFrom(this.rest, candidate);
    for (const key of cover.keys) {
      const index = this.fields.get(fieldKey(key.field));
      index?.remove(key, candidate);
      if (index?.isEmpty === true) this.drop(index);
    }
  }

  /** Adds to `found` every candidate on this shelf that the data may match, once. */
  collect(data: JsonObject, found: Candidate[]): void {
    for (const candidate of this.rest) found.push(candidate);
    const byFields: Candidate[] = [];
    for (const index of this.fieldsOf(data)) index.collect(data, byFields);
    for (const candidate of distinct(byFields)) found.push(candidate);
  }

  /** The indexes of all fields that the data may have, some perhaps twice. */
  private fieldsOf(data: JsonObject): Iterable<FieldIndex<Candidate>> {
    if (this.fields.size <= MAX_FIELDS_ASKED_FOR) return this.fields.values();
    const indexes: FieldIndex<Candidate>[] = [];
    for (const head of Object.keys(data)) this.fieldsByHead.collect(head, indexes);
    return indexes;
  }

  /** How many subscriptions an event, whatever it has, is guessed to find by the cover's most costly key. */
  private costOf(cover: Cover): number {
    let cost = 0;
    for (const key of cover.keys) {
      const crowd = this.fields.get(fieldKey(key.field))?.crowdAt(key) ?? 0;
      cost = Math.max(cost, (crowd + 1) * SHARE_OF_EVENTS[key.kind]);
    }
    return cost;
  }

  private fieldIndexOf({ field }: AccessKey): FieldIndex<Candidate> {
    const known = this.fields.get(fieldKey(field));
    if (known !== undefined) return known;
    const index = new FieldIndex<Candidate>(field);
    this.fields.set(fieldKey(field), index);
    for (const head of headsOf(field)) this.fieldsByHead.add(head, index);
    return index;
  }

  private drop(index: FieldIndex<Candidate>): void {
    this.fields.delete(fieldKey(index.field));
    for (const head of headsOf(index.field)) this.fieldsByHead.remove(head, index);
  }
}

const headsOf = (field: Field): ReadonlySet<string> => new Set([field.name, field.parts[0]!]);

/**
 * Of all events, how many are guessed to have a fact of the kind. An identifier that five hundred others ask for is
 * still better than a bound, which half of the events reach; a status that all ask for is not.
 */
const SHARE_OF_EVENTS: Readonly<Record<AccessKey['kind'], number>> = {
  equals: 1 / 1024,
  starts_with: 1 / 512,
  ends_with: 1 / 512,
  contains: 1 / 256,
  at_least: 1 / 2,
  at_most: 1 / 2,
  present: 1 / 2,
};

/** From here on a set is faster than comparing each with each. */
const MAX_COMPARED_WITH_EACH = 32;

/**
 * One that is filed under several keys may have been found under several. Only references are compared: what they lead
 * to is likely to be far from the processor's cache, and may not be needed at all.
 */
function distinct(found: Candidate[]): readonly Candidate[] {
  if (found.length > MAX_COMPARED_WITH_EACH) return [...new Set(found)];
  let kept = 0;
  for (const candidate of found) {
    if (found.indexOf(candidate) < kept) continue;
    found[kept] = candidate;
    kept += 1;
  }
  found.length = kept;
  return found;
}
