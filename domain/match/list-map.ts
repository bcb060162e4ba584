/** A map to lists: what an index files under one key, in the order in which it came. */
export class ListMap<K, T> {
  private readonly lists = new Map<K, T[]>();

  add(key: K, item: T): void {
    const list = this.lists.get(key);
    if (list === undefined) this.lists.set(key, [item]);
    else list.push(item);
  }

  /** Takes the item out of the key's list, and the key out with its last item. */
  remove(key: K, item: T): void {
    const list = this.lists.get(key);
    if (list === undefined) return;
    removeFrom(list, item);
    if (list.length === 0) this.lists.delete(key);
  }

  get(key: K): readonly T[] | undefined {
    return this.lists.get(key);
  }

  has(key: K): boolean {
    return this.lists.has(key);
  }

  countOf(key: K): number {
    return this.lists.get(key)?.length ?? 0;
  }

  entries(): Iterable<readonly [K, readonly T[]]> {
    return this.lists;
  }

  /** How many keys there are. */
  get size(): number {
    return this.lists.size;
  }
}

/** Takes the item out of the list where it is there; the others keep their order. */
export function removeFrom<T>(list: T[], item: T): void {
  const position = list.indexOf(item);
  if (position !== -1) list.splice(position, 1);
}
