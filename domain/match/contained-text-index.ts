/**
 * Finds what was filed under the texts that a text contains. Few are tried one by one; from some number on, one pass
 * over the searched text finds the three-character pieces in it, and only texts that have such a piece are tried. No
 * text is tried twice, so a search never costs more than that pass and trying each text once.
 */
import { ListMap } from './list-map.ts';

const PIECE_LENGTH = 3;

/** Up to here trying every text is faster than the pass; measured with texts of 100 and of 10,000 characters. */
const MAX_TRIED_ONE_BY_ONE = 32;

/** The texts that are found by one piece of theirs. */
interface Piece {
  readonly texts: string[];
  lastSearch: number;
}

export class ContainedTextIndex<T> {
  private readonly byText = new ListMap<string, T>();
  /** Too short to have a piece: always tried. */
  private readonly shortTexts = new Set<string>();
  private readonly pieces = new Map<number, Piece>();
  private readonly pieceOfText = new Map<string, number>();
  private searches = 0;

  add(text: string, item: T): void {
    if (!this.byText.has(text)) this.file(text);
    this.byText.add(text, item);
  }

  remove(text: string, item: T): void {
    this.byText.remove(text, item);
    if (!this.byText.has(text)) this.unfile(text);
  }

  countOf(text: string): number {
    return this.byText.countOf(text);
  }

  /** Adds to `found` all that is filed under a text that `searched` contains. */
  collect(searched: string, found: T[]): void {
    if (this.byText.size <= MAX_TRIED_ONE_BY_ONE) {
      for (const [text, items] of this.byText.entries()) {
        if (searched.includes(text)) for (const item of items) found.push(item);
      }
      return;
    }
    for (const text of this.shortTexts) this.tryText(text, searched, found);
    this.searches += 1;
    for (let start = 0; start + PIECE_LENGTH <= searched.length; start += 1) {
      const piece = this.pieces.get(pieceAt(searched, start));
      if (piece === undefined || piece.lastSearch === this.searches) continue;
      piece.lastSearch = this.searches;
      for (const text of piece.texts) this.tryText(text, searched, found);
    }
  }

  private tryText(text: string, searched: string, found: T[]): void {
    if (!searched.includes(text)) return;
    for (const item of this.byText.get(text) ?? []) found.push(item);
  }

  /** Under the piece of its own that the fewest other texts are filed under, so that common ones find little. */
  private file(text: string): void {
    if (text.length < PIECE_LENGTH) {
      this.shortTexts.add(text);
      return;
    }
    let rarest = 0;
    let fewest = Infinity;
    for (let start = 0; start + PIECE_LENGTH <= text.length && fewest > 0; start += 1) {
      const piece = pieceAt(text, start);
      const count = this.pieces.get(piece)?.texts.length ?? 0;
      if (count < fewest) {
        rarest = piece;
        fewest = count;
      }
    }
    const piece = this.pieces.get(rarest);
    if (piece === undefined) this.pieces.set(rarest, { texts: [text], lastSearch: 0 });
    else piece.texts.push(text);
    this.pieceOfText.set(text, rarest);
  }

  private unfile(text: string): void {
    if (this.shortTexts.delete(text)) return;
    const number = this.pieceOfText.get(text);
    const piece = number === undefined ? undefined : this.pieces.get(number);
    if (number === undefined || piece === undefined) return;
    this.pieceOfText.delete(text);
    piece.texts.splice(piece.texts.indexOf(text), 1);
    if (piece.texts.length === 0) this.pieces.delete(number);
  }
}

/**
 * Three code units as a number of 30 bits, which the engine keeps without allocating. Different pieces may share
 * one: that costs a text tried in vain and nothing else. The factor is Knuth's, 2^32 divided by the golden ratio.
 */
function pieceAt(text: string, start: number): number {
  const low = text.charCodeAt(start) | (text.charCodeAt(start + 1) << 16);
  return (Math.imul(low ^ (text.charCodeAt(start + 2) << 8), 0x9e3779b1) >>> 2) ^ text.charCodeAt(start + 2);
}
