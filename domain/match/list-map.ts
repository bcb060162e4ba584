/** A map to what an index files under one key, in the order in which it came. */
import { collect, countOf, withItem, withoutItem, type OneOrMore } from './one-or-more.ts';

/** Items by keys that are compared as a Map compares them. */
export class ListMap<K, T extends object> {
  private readonly byKey = new Map<K, OneOrMore<T>>();

  /** Puts the item behind those that are under the key already. */
  add(key: K, item: T): void {
    this.byKey.set(key, withItem(this.byKey.get(key), item));
  }

  /** Takes the item out from under the key, and the key out with its last item. */
  remove(key: K, item: T): void {
    const left = withoutItem(this.byKey.get(key), item);
    if (left === undefined) this.byKey.delete(key);
    else this.byKey.set(key, left);
  }

  /** True where anything is under the key. */
  has(key: K): boolean {
    return this.byKey.has(key);
  }

  /** How many items there are under the key. */
  countOf(key: K): number {
    return countOf(this.byKey.get(key));
  }

  /** Adds what is under the key to `found`. */
  collect(key: K, found: T[]): void {
    const held = this.byKey.get(key);
    if (held !== undefined) collect(held, found);
  }
}
