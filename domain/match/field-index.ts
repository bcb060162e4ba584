/** Finds what was filed under facts about one field of an event. */
import type { JsonObject } from '../../schemas/json.ts';
import type { AccessKey } from './access-keys.ts';
import { BoundIndex } from './bound-index.ts';
import { ContainedTextIndex } from './contained-text-index.ts';
import { EdgeTextIndex } from './edge-text-index.ts';
import { readField, type Field } from './field.ts';
import { ListMap } from './list-map.ts';
import { removeFrom } from './one-or-more.ts';

/** Items by the keys of one field. */
export class FieldIndex<T extends object> {
  readonly field: Field;
  private filed = 0;
  // Made when first used: with many accounts there are many of these, and most use one or two.
  private equal: ListMap<unknown, T> | null = null;
  private starts: EdgeTextIndex<T> | null = null;
  private ends: EdgeTextIndex<T> | null = null;
  private contained: ContainedTextIndex<T> | null = null;
  private atLeast: BoundIndex<T> | null = null;
  private atMost: BoundIndex<T> | null = null;
  private readonly present: T[] = [];

  constructor(field: Field) {
    this.field = field;
  }

  /** True where nothing is filed. */
  get isEmpty(): boolean {
    return this.filed === 0;
  }

  /** Files the item under a key of this field. */
  add(key: AccessKey, item: T): void {
    this.filed += 1;
    switch (key.kind) {
      case 'equals':
        return (this.equal ??= new ListMap()).add(key.value, item);
      case 'starts_with':
        return (this.starts ??= new EdgeTextIndex('start')).add(key.text, item);
      case 'ends_with':
        return (this.ends ??= new EdgeTextIndex('end')).add(key.text, item);
      case 'contains':
        return (this.contained ??= new ContainedTextIndex()).add(key.text, item);
      case 'at_least':
        return (this.atLeast ??= new BoundIndex()).add(key.bound, item);
      case 'at_most':
        return (this.atMost ??= new BoundIndex()).add(key.bound, item);
      case 'present':
        this.present.push(item);
    }
  }

  /** Takes out what `add` filed. */
  remove(key: AccessKey, item: T): void {
    this.filed -= 1;
    switch (key.kind) {
      case 'equals':
        return this.equal?.remove(key.value, item);
      case 'starts_with':
        return this.starts?.remove(key.text, item);
      case 'ends_with':
        return this.ends?.remove(key.text, item);
      case 'contains':
        return this.contained?.remove(key.text, item);
      case 'at_least':
        return this.atLeast?.remove(key.bound, item);
      case 'at_most':
        return this.atMost?.remove(key.bound, item);
      case 'present':
        return removeFrom(this.present, item);
    }
  }

  /** How many items an event finds that has what the key names; for a bound at most so many. */
  crowdAt(key: AccessKey): number {
    switch (key.kind) {
      case 'equals':
        return this.equal?.countOf(key.value) ?? 0;
      case 'starts_with':
        return this.starts?.countOf(key.text) ?? 0;
      case 'ends_with':
        return this.ends?.countOf(key.text) ?? 0;
      case 'contains':
        return this.contained?.countOf(key.text) ?? 0;
      case 'at_least':
        return this.atLeast?.size ?? 0;
      case 'at_most':
        return this.atMost?.size ?? 0;
      case 'present':
        return this.present.length;
    }
  }

  /** Adds to `found` what is filed under any key that holds for the data; one with several of them is added again. */
  collect(data: JsonObject, found: T[]): void {
    const value = readField(this.field, data);
    if (value === undefined) return;
    for (const item of this.present) found.push(item);
    this.equal?.collect(value, found);
    if (typeof value === 'string') {
      this.starts?.collect(value, found);
      this.ends?.collect(value, found);
      this.contained?.collect(value, found);
    } else if (typeof value === 'number') {
      this.atLeast?.collectAtMost(value, found);
      this.atMost?.collectAtLeast(value, found);
    } else if (this.contained !== null && Array.isArray(value)) {
      for (const element of value as readonly unknown[]) {
        if (typeof element === 'string') this.contained.collect(element, found);
      }
    }
  }
}
