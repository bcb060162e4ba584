/**
 * JSON without the names of fields. Values of one kind are objects with the same names again and again, which are half
 * of their text: here the names of each shape are kept once, and an object is the number of its shape and its values.
 */

/** Packs values of JSON, and only those: what is no JSON comes back as `JSON.stringify` would have it. */
export interface Packing<Value> {
  pack(value: Value): string;
  /** A value equal to what was packed, by the same packing. */
  unpack(text: string): Value;
}

/** Objects of further shapes are written with their names: whoever chooses names may choose new ones for ever. */
const MAX_SHAPES = 1_000;
/** Nor do names that are longer make a shape: they would make its size theirs to choose. */
const MAX_NAMES_LENGTH = 1_000;
/** In the place of a shape's number. */
const LIST = -1;

/** A packing that knows no shape yet. */
export function createPacking<Value>(): Packing<Value> {
  const numbers = new Map<string, number>();
  const shapes: (readonly string[])[] = [];

  const shapeOf = (names: readonly string[]): number | null => {
    const key = JSON.stringify(names);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    if (shapes.length === MAX_SHAPES || key.length > MAX_NAMES_LENGTH) return null;
    numbers.set(key, shapes.length);
    return shapes.push(names) - 1;
  };

  const toPacked = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return [LIST, ...value.map(toPacked)];
    const names = Object.keys(value);
    const shape = shapeOf(names);
    const values = Object.values(value).map(toPacked);
    return shape === null ? objectOf(names, values) : [shape, ...values];
  };

  const fromPacked = (packed: unknown): unknown => {
    if (typeof packed !== 'object' || packed === null) return packed;
    if (!Array.isArray(packed)) return objectOf(Object.keys(packed), Object.values(packed).map(fromPacked));
    const [shape, ...values] = packed.map(fromPacked);
    return shape === LIST ? values : objectOf(shapes[shape as number]!, values);
  };

  return {
    // Into bytes and back: what `stringify` answers is a tree of parts, a third larger for as long as it is kept.
    pack: (value) => Buffer.from(JSON.stringify(toPacked(value))).toString(),
    unpack: (text) => fromPacked(JSON.parse(text)) as Value,
  };
}

/** Not by assignment: that would take `__proto__` for the prototype. */
const objectOf = (names: readonly string[], values: readonly unknown[]): object =>
  Object.fromEntries(names.map((name, position) => [name, values[position]]));
