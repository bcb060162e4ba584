/**
 * Finds which of many texts a text contains. Each is filed under one of its pieces, a few characters that are rare among
 * the texts. A pass over the searched text finds the pieces in it, and only texts with such a piece are tried; none is
 * tried twice. So a search costs its passes and what it finds, and never more than the passes and trying each text.
 */
import { HashFilter } from './hash-filter.ts';
import { collect, isSeveral, removeFrom, withItem, withoutItem, type OneOrMore } from './one-or-more.ts';

/** A text, and what is filed under it. */
export interface FiledText<T extends object> {
  readonly text: string;
  items: OneOrMore<T>;
  /** The piece that finds it; null where it is under none. */
  pieceHash: number | null;
  /** Of those with one piece, the first alone keeps the number of the search that found them last. */
  lastSearch: number;
}

/**
 * Code units of a piece. The long ones tell texts apart that are alike but for a number; texts too short for them have
 * short ones, and texts too short for those are always tried.
 */
const PIECE_LENGTHS = [6, 3] as const;

/** Texts by a piece of theirs, all of one length. */
interface Pieces<T extends object> {
  readonly length: number;
  readonly byHash: Map<number, OneOrMore<FiledText<T>>>;
  /** Of the hashes above, and of some that were. */
  readonly filter: HashFilter;
}

/** Counters of pieces; those whose hashes end alike share one, which makes a rare piece look less rare at worst. */
const COUNTERS = 1 << 18;
/** What stands in so many places is common for good: its counter is full, and goes neither up nor down. */
const COMMON = 255;

/** Texts by their pieces. It keeps the texts that it is given, and writes into them how it finds them. */
export class PieceIndex<T extends object> {
  private readonly piecesByLength: readonly Pieces<T>[];
  private readonly shortTexts: FiledText<T>[] = [];
  /** In how many places each piece stands, in all texts together. */
  private readonly occurrences = new Uint8Array(COUNTERS);
  private searches = 0;
  private roomLeft: number;

  /** Files the texts, and has room for as many more. */
  constructor(texts: Iterable<FiledText<T>>) {
    const all = [...texts];
    this.roomLeft = 2 * all.length;
    this.piecesByLength = PIECE_LENGTHS.map((length) => ({
      length,
      byHash: new Map<number, OneOrMore<FiledText<T>>>(),
      filter: new HashFilter(this.roomLeft),
    }));
    // All are counted before the first is filed: only then is it known which pieces are rare.
    for (const { text } of all) this.count(text, 1);
    for (const filed of all) this.file(filed);
  }

  /**
   * True where so many have come since it was made that another one, of those that are there now, finds faster: pieces
   * that were rare among the first texts may be common among all.
   */
  get isOutgrown(): boolean {
    return this.roomLeft <= 0;
  }

  /** Files a text that is not there yet. */
  add(filed: FiledText<T>): void {
    this.count(filed.text, 1);
    this.file(filed);
  }

  /** Takes out a text that is there. */
  remove(filed: FiledText<T>): void {
    this.count(filed.text, -1);
    const pieces = this.piecesFor(filed.text);
    if (pieces === undefined || filed.pieceHash === null) return removeFrom(this.shortTexts, filed);
    const left = withoutItem(pieces.byHash.get(filed.pieceHash), filed);
    if (left === undefined) pieces.byHash.delete(filed.pieceHash);
    else pieces.byHash.set(filed.pieceHash, left);
  }

  /** Adds to `found` all that is filed under a text that `searched` contains. */
  collect(searched: string, found: T[]): void {
    this.searches += 1;
    for (const filed of this.shortTexts) tryText(filed, searched, found);
    for (const { length, byHash, filter } of this.piecesByLength) {
      if (byHash.size === 0) continue;
      forEachPiece(searched, length, (hash) => {
        if (!filter.mayHave(hash)) return;
        const texts = byHash.get(hash);
        if (texts !== undefined) this.tryTexts(texts, searched, found);
      });
    }
  }

  private tryTexts(texts: OneOrMore<FiledText<T>>, searched: string, found: T[]): void {
    const first = isSeveral(texts) ? texts[0]! : texts;
    if (first.lastSearch === this.searches) return;
    first.lastSearch = this.searches;
    if (isSeveral(texts)) for (const filed of texts) tryText(filed, searched, found);
    else tryText(texts, searched, found);
  }

  private file(filed: FiledText<T>): void {
    this.roomLeft -= 1;
    const pieces = this.piecesFor(filed.text);
    if (pieces === undefined) {
      this.shortTexts.push(filed);
      return;
    }
    let rarest = 0;
    let least = Infinity;
    forEachPiece(filed.text, pieces.length, (hash) => {
      const count = this.occurrences[hash & (COUNTERS - 1)]!;
      if (count >= least) return;
      rarest = hash;
      least = count;
    });
    filed.pieceHash = rarest;
    filed.lastSearch = 0;
    pieces.byHash.set(rarest, withItem(pieces.byHash.get(rarest), filed));
    pieces.filter.add(rarest);
  }

  private count(text: string, change: 1 | -1): void {
    const pieces = this.piecesFor(text);
    if (pieces === undefined) return;
    forEachPiece(text, pieces.length, (hash) => {
      const counter = hash & (COUNTERS - 1);
      if (this.occurrences[counter]! < COMMON) this.occurrences[counter]! += change;
    });
  }

  private piecesFor(text: string): Pieces<T> | undefined {
    return this.piecesByLength.find(({ length }) => text.length >= length);
  }
}

function tryText<T extends object>(filed: FiledText<T>, searched: string, found: T[]): void {
  if (searched.includes(filed.text)) collect(filed.items, found);
}

/**
 * Hands over the hash of each piece of that length, from the first to the last: the rolling hash of Rabin and Karp
 * (https://en.wikipedia.org/wiki/Rabin–Karp_algorithm) modulo 2^32. Different pieces may share one; that costs a text
 * tried in vain and nothing else.
 */
function forEachPiece(text: string, length: number, take: (hash: number) => void): void {
  if (text.length < length) return;
  let hash = 0;
  let leavingFactor = 1;
  for (let place = 0; place < length; place += 1) {
    hash = (Math.imul(hash, FACTOR) + text.charCodeAt(place)) | 0;
    leavingFactor = Math.imul(leavingFactor, FACTOR);
  }
  take(hash);
  for (let end = length; end < text.length; end += 1) {
    const leaving = Math.imul(text.charCodeAt(end - length), leavingFactor);
    hash = (Math.imul(hash, FACTOR) + text.charCodeAt(end) - leaving) | 0;
    take(hash);
  }
}

const FACTOR = 0x01000193;
