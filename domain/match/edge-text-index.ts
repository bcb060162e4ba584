/**
 * Finds what was filed under the texts that a text starts with, or ends with. A search costs one lookup for each
 * different length among them, however many there are.
 */
import { ListMap } from './list-map.ts';

/** Items by the text that is at the start, or at the end, of what they are to be found by. */
export class EdgeTextIndex<T extends object> {
  private readonly byText = new ListMap<string, T>();
  private readonly textsOfLength = new Map<number, number>();
  /** Ascending. */
  private lengths: readonly number[] = [];
  private readonly edge: 'start' | 'end';

  constructor(edge: 'start' | 'end') {
    this.edge = edge;
  }

  add(text: string, item: T): void {
    if (!this.byText.has(text)) this.countLength(text.length, 1);
    this.byText.add(text, item);
  }

  remove(text: string, item: T): void {
    this.byText.remove(text, item);
    if (!this.byText.has(text)) this.countLength(text.length, -1);
  }

  countOf(text: string): number {
    return this.byText.countOf(text);
  }

  /** Adds to `found` all that is filed under a text at this edge of `searched`. */
  collect(searched: string, found: T[]): void {
    for (const length of this.lengths) {
      if (length > searched.length) return;
      const text =
        this.edge === 'start' ? searched.slice(0, length) : searched.slice(searched.length - length);
      this.byText.collect(text, found);
    }
  }

  private countLength(length: number, change: 1 | -1): void {
    const before = this.textsOfLength.get(length) ?? 0;
    if (before + change > 0) this.textsOfLength.set(length, before + change);
    else this.textsOfLength.delete(length);
    if (before === 0 || before + change === 0) {
      this.lengths = [...this.textsOfLength.keys()].sort((a, b) => a - b);
    }
  }
}
