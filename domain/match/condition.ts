/**
 * One operator on one value: whether it holds, and why not. Values are compared as they are: text with text by code
 * units (case and accents count, nothing is normalised), numbers with numbers, and never one as the other.
 * A missing field (undefined) fails every operator but `exists: false`, `not_in` and `not_equals`. null is a value:
 * it exists and equals null.
 */
import type { Operator, Operators, Scalar } from '../../schemas/filter-grammar.ts';

/** An operator with its operand in the form that is fastest to compare with. */
export type Test =
  | { readonly operator: 'equals' | 'not_equals'; readonly operand: Scalar }
  | {
      readonly operator: 'in' | 'not_in';
      readonly operand: readonly Scalar[];
      /** The same as a set, where the list is long enough for that to be faster. */
      readonly lookup: ReadonlySet<unknown> | null;
    }
  | {
      readonly operator: 'starts_with' | 'ends_with' | 'contains';
      readonly operand: string | readonly string[];
    }
  | {
      readonly operator: 'greater_than' | 'greater_or_equal' | 'less_than' | 'less_or_equal';
      readonly operand: number;
    }
  | { readonly operator: 'exists'; readonly operand: boolean };

/** Why a test holds or not. `wrong_type`: there is a value, but of a kind that the operand is never compared with. */
export type Verdict = 'holds' | 'fails' | 'missing' | 'wrong_type';

/** Values in a list that are compared one by one: up to about here that is as fast as a set, and smaller. */
const MAX_SEARCHED_LIST = 8;

/** The test of a parsed operator. Throws where the operator is unknown: what was parsed has no such one. */
export function testOf<O extends Operator>(operator: O, operand: NonNullable<Operators[O]> | Scalar): Test;
export function testOf(operator: Operator, operand: unknown): Test {
  switch (operator) {
    case 'equals':
    case 'not_equals':
      return { operator, operand: operand as Scalar };
    case 'in':
    case 'not_in': {
      const list = operand as readonly Scalar[];
      return { operator, operand: list, lookup: list.length > MAX_SEARCHED_LIST ? new Set(list) : null };
    }
    case 'starts_with':
    case 'ends_with':
    case 'contains':
      return { operator, operand: operand as string | readonly string[] };
    case 'greater_than':
    case 'greater_or_equal':
    case 'less_than':
    case 'less_or_equal':
      return { operator, operand: operand as number };
    case 'exists':
      return { operator, operand: operand as boolean };
  }
  // A record of a newer version, say: better no index than one that fails at each event.
  throw new TypeError(
    `unknown operator ${String(operator satisfies never)} in a subscription that was not parsed`,
  );
}

/** True where the test compares with a number, so that `token_usage` means its `total_tokens`. */
export function comparesWithNumber(test: Test): boolean {
  return test.operator === 'in' || test.operator === 'not_in'
    ? test.operand.some((item) => typeof item === 'number')
    : typeof test.operand === 'number';
}

/** True where the test holds for the value; undefined is a missing field. Allocates nothing. */
export function holds(test: Test, value: unknown): boolean {
  switch (test.operator) {
    case 'equals':
      return value === test.operand;
    case 'not_equals':
      return value !== test.operand;
    case 'in':
      return isListed(test, value);
    case 'not_in':
      return !isListed(test, value);
    case 'starts_with':
    case 'ends_with':
      return typeof value === 'string' && anyTextHolds(test.operator, value, test.operand);
    case 'contains':
      if (typeof value === 'string') return anyTextHolds('contains', value, test.operand);
      return Array.isArray(value) && anyElementContains(value, test.operand);
    case 'greater_than':
      return typeof value === 'number' && value > test.operand;
    case 'greater_or_equal':
      return typeof value === 'number' && value >= test.operand;
    case 'less_than':
      return typeof value === 'number' && value < test.operand;
    case 'less_or_equal':
      return typeof value === 'number' && value <= test.operand;
    case 'exists':
      return (value !== undefined) === test.operand;
  }
}

function isListed(test: Extract<Test, { operator: 'in' | 'not_in' }>, value: unknown): boolean {
  return test.lookup === null ? test.operand.includes(value as Scalar) : test.lookup.has(value);
}

type TextOperator = 'starts_with' | 'ends_with' | 'contains';

function anyTextHolds(operator: TextOperator, text: string, wanted: string | readonly string[]): boolean {
  if (typeof wanted === 'string') return textHolds(operator, text, wanted);
  for (const one of wanted) if (textHolds(operator, text, one)) return true;
  return false;
}

function textHolds(operator: TextOperator, text: string, wanted: string): boolean {
  switch (operator) {
    case 'starts_with':
      return text.startsWith(wanted);
    case 'ends_with':
      return text.endsWith(wanted);
    case 'contains':
      return text.includes(wanted);
  }
}

function anyElementContains(elements: readonly unknown[], wanted: string | readonly string[]): boolean {
  for (const element of elements) {
    if (typeof element === 'string' && anyTextHolds('contains', element, wanted)) return true;
  }
  return false;
}

/** The verdict on the value, for an explanation: `holds` exactly where `holds()` is true. */
export function judge(test: Test, value: unknown): Verdict {
  if (holds(test, value)) return 'holds';
  if (value === undefined) return 'missing';
  return isComparable(test, value) ? 'fails' : 'wrong_type';
}

function isComparable(test: Test, value: unknown): boolean {
  switch (test.operator) {
    case 'equals':
      return kindOf(value) === kindOf(test.operand);
    case 'in':
      return test.operand.some((item) => kindOf(item) === kindOf(value));
    case 'starts_with':
    case 'ends_with':
      return typeof value === 'string';
    case 'contains':
      return typeof value === 'string' || Array.isArray(value);
    case 'greater_than':
    case 'greater_or_equal':
    case 'less_than':
    case 'less_or_equal':
      return typeof value === 'number';
    case 'not_equals':
    case 'not_in':
    case 'exists':
      return true;
  }
}

/** The JSON type; null, which has one value only, counts as comparable with itself alone. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
