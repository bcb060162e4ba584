import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ContainedTextIndex } from '../../../domain/match/contained-text-index.ts';

const text = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é', '😀'), minLength, maxLength });

/** An index of items, each with a name of its own. */
function createIndex(): {
  add: (text: string, name?: string) => void;
  remove: (text: string, name?: string) => void;
  found: (searched: string) => readonly string[];
} {
  interface Item {
    readonly name: string;
  }
  const index = new ContainedTextIndex<Item>();
  const items = new Map<string, Item>();
  const itemOf = (name: string): Item => {
    const item = items.get(name) ?? { name };
    items.set(name, item);
    return item;
  };
  return {
    add: (text, name = text) => index.add(text, itemOf(name)),
    remove: (text, name = text) => index.remove(text, itemOf(name)),
    found: (searched) => {
      const found: Item[] = [];
      index.collect(searched, found);
      return found.map(({ name }) => name).sort();
    },
  };
}

it('finds each text that another contains exactly once, whether there are few of them or many', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(text(1, 6), { maxLength: 120, size: 'max' }),
      fc.array(text(0, 40), { minLength: 1, maxLength: 5 }),
      fc.nat(),
      (texts, searches, removedUpTo) => {
        const index = createIndex();
        for (const one of texts) index.add(one);
        const kept = texts.slice(removedUpTo % (texts.length + 1));
        for (const one of texts) if (!kept.includes(one)) index.remove(one);
        for (const searched of searches) {
          expect(index.found(searched)).toEqual(kept.filter((one) => searched.includes(one)).sort());
        }
      },
    ),
  );
});

it('finds a text of one or two characters among many longer ones', () => {
  const index = createIndex();
  for (let number = 100; number < 200; number += 1) index.add(`text ${number}`);
  index.add('é', 'short');
  expect(index.found('text 150, é')).toEqual(['short', 'text 150']);
});

it('keeps what else is filed under a text of which one item is removed', () => {
  const index = createIndex();
  index.add('error', 'one');
  index.add('error', 'two');
  index.remove('error', 'one');
  expect(index.found('an error')).toEqual(['two']);
});

it('does no more than try each text when all of them share every piece', () => {
  const index = createIndex();
  for (let length = 3; length <= 250; length += 1) index.add('a'.repeat(length));
  // 248 texts at each of 200,000 places would be 50 million comparisons of up to 250 characters.
  expect(index.found('a'.repeat(200_000))).toHaveLength(248);
});

it('finds what stayed and what came last, however many texts have come and gone', () => {
  const index = createIndex();
  for (let number = 0; number < 40; number += 1) index.add(`text ${number};`);
  for (let number = 20; number < 40; number += 1) index.remove(`text ${number};`);
  for (let number = 0; number < 200; number += 1) {
    index.add(`guest ${number};`);
    expect(index.found(`text 7; and guest ${number};`)).toEqual([`guest ${number};`, 'text 7;']);
    index.remove(`guest ${number};`);
  }
});
