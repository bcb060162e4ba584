import { firstIndexWhere } from '../first-index-where.ts';

/** Items by a bound that a number has to reach, from above or from below: a search looks at its findings and one more. */
export class BoundIndex<T> {
  // Two lists instead of one of pairs: the bounds stay unboxed.
  private readonly bounds: number[] = [];
  private readonly items: T[] = [];

  add(bound: number, item: T): void {
    let position = this.firstAtLeast(bound);
    while (this.bounds[position] === bound) position += 1;
    this.bounds.splice(position, 0, bound);
    this.items.splice(position, 0, item);
  }

  remove(bound: number, item: T): void {
    for (let position = this.firstAtLeast(bound); this.bounds[position] === bound; position += 1) {
      if (this.items[position] !== item) continue;
      this.bounds.splice(position, 1);
      this.items.splice(position, 1);
      return;
    }
  }

  /** How many items there are. */
  get size(): number {
    return this.bounds.length;
  }

  /** Adds to `found` all with a bound of at most `value`. */
  collectAtMost(value: number, found: T[]): void {
    for (let position = 0; position < this.bounds.length; position += 1) {
      if (this.bounds[position]! > value) return;
      found.push(this.items[position]!);
    }
  }

  /** Adds to `found` all with a bound of at least `value`. */
  collectAtLeast(value: number, found: T[]): void {
    for (let position = this.bounds.length - 1; position >= 0; position -= 1) {
      if (this.bounds[position]! < value) return;
      found.push(this.items[position]!);
    }
  }

  private firstAtLeast(bound: number): number {
    return firstIndexWhere(this.bounds, (known) => known >= bound);
  }
}
