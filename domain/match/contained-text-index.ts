/** Finds what was filed under the texts that a text contains: few are tried one by one, many found by their pieces. */
import { collect, countOf, withItem, withoutItem } from './one-or-more.ts';
import { PieceIndex, type FiledText } from './piece-index.ts';

/** Up to here trying every text is faster than the passes over the searched text that pieces take. */
const MAX_TRIED_ONE_BY_ONE = 32;

/** Items by a text that what they are to be found by contains. */
export class ContainedTextIndex<T extends object> {
  private readonly byText = new Map<string, FiledText<T>>();
  private pieces: PieceIndex<T> | null = null;

  add(text: string, item: T): void {
    const known = this.byText.get(text);
    if (known !== undefined) {
      known.items = withItem(known.items, item);
      return;
    }
    const filed: FiledText<T> = { text, items: item, pieceHash: null, lastSearch: 0 };
    this.byText.set(text, filed);
    const areNewDue = this.pieces === null ? this.byText.size > MAX_TRIED_ONE_BY_ONE : this.pieces.isOutgrown;
    if (areNewDue) this.pieces = new PieceIndex(this.byText.values());
    else this.pieces?.add(filed);
  }

  remove(text: string, item: T): void {
    const filed = this.byText.get(text);
    if (filed === undefined) return;
    const left = withoutItem(filed.items, item);
    if (left !== undefined) {
      filed.items = left;
      return;
    }
    this.byText.delete(text);
    // Not at the very number at which they were made: one subscription that comes and goes would make them each time.
    if (this.byText.size <= MAX_TRIED_ONE_BY_ONE / 2) this.pieces = null;
    else this.pieces?.remove(filed);
  }

  /** How many items there are under the text. */
  countOf(text: string): number {
    return countOf(this.byText.get(text)?.items);
  }

  /** Adds to `found` all that is filed under a text that `searched` contains. */
  collect(searched: string, found: T[]): void {
    if (this.pieces !== null) return this.pieces.collect(searched, found);
    for (const { text, items } of this.byText.values()) if (searched.includes(text)) collect(items, found);
  }
}
