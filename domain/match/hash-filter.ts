/**
 * Tells of most hashes that are not in a set that they are not, and reads a few kilobytes for it however large the set
 * is: a Bloom filter (https://en.wikipedia.org/wiki/Bloom_filter). A look into the set itself reads memory that is
 * likely to be far from the processor's cache, and hardly any piece of a searched text is one that is looked for.
 */

/** With so many bits for each hash, one in two hundred others is taken for one that is there. */
const BITS_PER_HASH = 16;

/** A set of hashes, whole numbers of 32 bits with a sign, of which nothing is taken out. */
export class HashFilter {
  private readonly bits: Int32Array;
  /** By how much a product of 32 bits is shifted to be the number of a bit. */
  private readonly shift: number;

  /** Empty, for so many hashes, at least one; with more it tells less. */
  constructor(hashes: number) {
    this.shift = Math.clz32(hashes * BITS_PER_HASH - 1);
    this.bits = new Int32Array(Math.max(1, 1 << (27 - this.shift)));
  }

  /** Puts the hash in. */
  add(hash: number): void {
    for (const factor of FACTORS) {
      const bit = Math.imul(hash, factor) >>> this.shift;
      this.bits[bit >>> 5]! |= 1 << bit;
    }
  }

  /** True where the hash was put in, and hardly ever where it was not. */
  mayHave(hash: number): boolean {
    return this.isSet(hash, FACTORS[0]) && this.isSet(hash, FACTORS[1]) && this.isSet(hash, FACTORS[2]);
  }

  private isSet(hash: number, factor: number): boolean {
    const bit = Math.imul(hash, factor) >>> this.shift;
    return ((this.bits[bit >>> 5]! >>> bit) & 1) === 1;
  }
}

/** Odd, and without a pattern otherwise: the highest bits of a product depend on all bits of the hash. */
const FACTORS = [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35] as const;
