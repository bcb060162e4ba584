/**
 * The language of `filters` and `conditions`: its types, its limits, and what is wrong with a text that is none of it.
 * Every problem names where it is, what was found and what was expected. What the language means is decided in
 * `domain/match/condition.ts` and `compile.ts`.
 */
import { nearestName } from './nearest-name.ts';

/** What each operator takes. The list of operators: types, messages and the compiler follow it. */
const OPERAND_KINDS = {
  in: 'list',
  not_in: 'list',
  equals: 'scalar',
  not_equals: 'scalar',
  starts_with: 'text',
  ends_with: 'text',
  contains: 'text',
  greater_than: 'number',
  greater_or_equal: 'number',
  less_than: 'number',
  less_or_equal: 'number',
  exists: 'boolean',
} as const;

/** A value that a field is compared with. Arrays and objects are compared with nothing. */
export type Scalar = string | number | boolean | null;

interface OperandOf {
  list: readonly Scalar[];
  scalar: Scalar;
  text: string | readonly string[];
  number: number;
  boolean: boolean;
}

/** The name of an operator. */
export type Operator = keyof typeof OPERAND_KINDS;

/** Operators on one field, all of which must hold: `{"greater_than":5,"less_than":10}`. */
export type Operators = { readonly [O in Operator]?: OperandOf[(typeof OPERAND_KINDS)[O]] };

/** `all`: every member holds. `any`: at least one does. `none`: not one does. */
export type GroupName = 'all' | 'any' | 'none';
const GROUP_NAMES: readonly GroupName[] = ['all', 'any', 'none'];

/**
 * One object of the grammar; every entry must hold. A key is one of
 *   - a field of `data`, dotted for nested ones, with a bare value (`equals`), a list (`in`) or operators;
 *   - `<field>_contains` with a text or a list of texts, any of which the field contains;
 *   - `all`, `any` or `none` with a list of objects of this same grammar, so groups stand wherever fields stand.
 *
 * @example
 *   {
 *     "workflow_id": ["support_bot", "sales_bot"],
 *     "error.code": { "not_equals": 404 },
 *     "output_contains": ["error", "failed"],
 *     "any": [
 *       { "cost": { "greater_than": 0.1 } },
 *       { "user_id": { "starts_with": "premium_" }, "none": [{ "tags_contains": "test" }] }
 *     ]
 *   }
 *
 * A field whose own name is `any`, or ends in `_contains`, is reached with operators: `{"any":{"equals":"x"}}`.
 */
export interface FilterGroup {
  readonly [key: string]: Scalar | readonly Scalar[] | Operators | readonly FilterGroup[];
}

/** The limits of one `filters`, `conditions` or `when`. They bound the work of an event, whoever wrote them. */
export const FILTER_LIMITS = {
  /** Objects within groups within objects; the outermost object is the first. */
  depth: 6,
  /** Fields, operators, list values and group members together. */
  entries: 1_000,
  /** Characters (UTF-16 code units) of a text that is compared whole, or at its start or end. */
  textLength: 1_024,
  /**
   * Characters of a text that is looked for inside another. The engine's search is linear for up to 250; one of
   * 256 took 120 ms in the worst text of a megabyte, where one of 250 took 4.
   */
  containedTextLength: 250,
  /** Characters and dotted parts of a field's name. */
  fieldLength: 256,
  fieldParts: 16,
  /** Characters of the whole as JSON. All routes of a subscription share this once. */
  jsonLength: 65_536,
  /** Routes of a subscription. */
  routes: 50,
} as const;

/** Reported at once; a thousand more would help nobody. */
const MAX_PROBLEMS = 20;

/** The names that other filter languages give to what is ours, too far from ours for a spelling suggestion. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['eq', 'equals'],
  ['is', 'equals'],
  ['=', 'equals'],
  ['==', 'equals'],
  ['ne', 'not_equals'],
  ['neq', 'not_equals'],
  ['!=', 'not_equals'],
  ['nin', 'not_in'],
  ['gt', 'greater_than'],
  ['>', 'greater_than'],
  ['gte', 'greater_or_equal'],
  ['>=', 'greater_or_equal'],
  ['min', 'greater_or_equal'],
  ['lt', 'less_than'],
  ['<', 'less_than'],
  ['lte', 'less_or_equal'],
  ['<=', 'less_or_equal'],
  ['max', 'less_or_equal'],
  ['prefix', 'starts_with'],
  ['begins_with', 'starts_with'],
  ['suffix', 'ends_with'],
  ['includes', 'contains'],
  ['like', 'contains'],
  ['regex', 'contains'],
  ['matches', 'contains'],
  ['and', 'all'],
  ['or', 'any'],
  ['not', 'none'],
]);

/** One thing that is wrong, and where: `path` is relative to the object that was checked. */
export interface FilterProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

type Path = readonly (string | number)[];

/**
 * Everything that keeps `value` from being a `FilterGroup`, in the order of its text; none where it is one.
 * Stops after 20 problems, at the limit of entries and below the deepest level, so it ends quickly on any input.
 */
export function filterProblems(value: unknown): readonly FilterProblem[] {
  const findings = new Findings();
  checkGroup(value, [], 1, findings);
  // Only what is no deeper than allowed may be written as JSON: that recurses.
  if (findings.problems.length === 0 && JSON.stringify(value).length > FILTER_LIMITS.jsonLength) {
    findings.add([], `expected at most ${FILTER_LIMITS.jsonLength} characters of JSON`);
  }
  return findings.problems;
}

/** What one check has found, and how much of its limits it has used. */
class Findings {
  readonly problems: FilterProblem[] = [];
  private entriesLeft: number = FILTER_LIMITS.entries;
  private isFull = false;

  add(path: Path, message: string): void {
    if (this.isFull) return;
    this.problems.push({ path, message });
    this.isFull = this.problems.length === MAX_PROBLEMS;
  }

  /** Takes `entries` from what is left. False when there is no room for more, of entries or of problems. */
  spend(entries: number, path: Path): boolean {
    this.entriesLeft -= entries;
    if (this.entriesLeft < 0) {
      this.add(path, `expected at most ${FILTER_LIMITS.entries} fields, operators and values in all`);
      this.isFull = true;
    }
    return !this.isFull;
  }
}

function checkGroup(group: unknown, path: Path, depth: number, findings: Findings): void {
  if (!isObject(group)) {
    findings.add(path, `expected an object of fields and groups, got ${shown(group)}`);
    return;
  }
  if (depth > FILTER_LIMITS.depth) {
    findings.add(path, `expected groups nested at most ${FILTER_LIMITS.depth - 1} deep`);
    return;
  }
  const keys = Object.keys(group);
  if (keys.length === 0 && depth > 1) {
    findings.add(path, 'expected at least one field or group, got {}');
  }
  for (const key of keys) {
    if (!findings.spend(1, path)) return;
    checkEntry(key, group[key], [...path, key], depth, findings);
  }
}

function checkEntry(key: string, value: unknown, path: Path, depth: number, findings: Findings): void {
  // Operators always speak of a field, so that one with a name of the grammar can be reached at all.
  if (isObject(value)) {
    checkField(key, path, findings);
    checkOperators(key, value, path, findings);
  } else if (isGroupName(key)) {
    checkMembers(key, value, path, depth, findings);
  } else if (key.length > CONTAINS_SUFFIX.length && key.endsWith(CONTAINS_SUFFIX)) {
    checkField(key.slice(0, -CONTAINS_SUFFIX.length), path, findings);
    checkOperand('contains', key, value, path, findings);
  } else {
    checkField(key, path, findings);
    if (Array.isArray(value) && value.length > 0 && value.every(isObject)) {
      findings.add(path, `${unknownName('group', key, GROUP_NAMES)}; a field takes values`);
    } else {
      checkOperand(Array.isArray(value) ? 'in' : 'equals', key, value, path, findings);
    }
  }
}

const CONTAINS_SUFFIX = '_contains';

function checkMembers(
  name: GroupName,
  members: unknown,
  path: Path,
  depth: number,
  findings: Findings,
): void {
  if (!Array.isArray(members) || members.length === 0) {
    findings.add(
      path,
      `the group "${name}" takes a list of at least one object, got ${shown(members)}; for a field of that name write {"${name}":{"equals":…}}`,
    );
    return;
  }
  for (const [position, member] of members.entries()) {
    if (!findings.spend(1, path)) return;
    checkGroup(member, [...path, position], depth + 1, findings);
  }
}

function checkOperators(
  field: string,
  operators: Readonly<Record<string, unknown>>,
  path: Path,
  findings: Findings,
): void {
  const names = Object.keys(operators);
  if (names.length === 0) findings.add(path, 'expected at least one operator, got {}');
  for (const name of names) {
    if (!findings.spend(1, path)) return;
    if (isOperator(name)) {
      checkOperand(name, field, operators[name], [...path, name], findings);
    } else {
      const hint = isGroupName(field) ? `; the group "${field}" takes a list of objects` : '';
      const message = unknownName('operator', name, OPERATOR_NAMES) + hint;
      findings.add([...path, name], message);
    }
  }
}

function checkOperand(
  operator: Operator,
  field: string,
  operand: unknown,
  path: Path,
  findings: Findings,
): void {
  const refuse = (expected: string, at: Path = path, found: unknown = operand): void => {
    findings.add(at, `"${operator}" on "${field}" takes ${expected}, got ${shown(found)}`);
  };
  switch (OPERAND_KINDS[operator]) {
    case 'list': {
      if (!Array.isArray(operand) || operand.length === 0) return refuse('a list of at least one value');
      if (!findings.spend(operand.length, path)) return;
      operand.forEach((item: unknown, position) => {
        const wrong = scalarProblem(item);
        if (wrong !== null) refuse(wrong, [...path, position], item);
      });
      return;
    }
    case 'scalar': {
      const wrong = scalarProblem(operand);
      if (wrong !== null) refuse(Array.isArray(operand) ? `${wrong} (for a list, "in" or "not_in")` : wrong);
      return;
    }
    case 'text': {
      const longest = operator === 'contains' ? FILTER_LIMITS.containedTextLength : FILTER_LIMITS.textLength;
      if (!Array.isArray(operand)) {
        const wrong = textProblem(operand, longest);
        if (wrong !== null) refuse(wrong);
        return;
      }
      if (operand.length === 0) return refuse('a text or a list of at least one text');
      if (!findings.spend(operand.length, path)) return;
      operand.forEach((item: unknown, position) => {
        const wrong = textProblem(item, longest);
        if (wrong !== null) refuse(wrong, [...path, position], item);
      });
      return;
    }
    case 'number':
      if (!Number.isFinite(operand)) refuse('a number');
      return;
    case 'boolean':
      if (typeof operand !== 'boolean') refuse('true or false');
      return;
  }
}

/** What was expected instead of `value`, or null where it is a scalar that can be compared. */
function scalarProblem(value: unknown): string | null {
  if (typeof value === 'string') return characterProblem(value, FILTER_LIMITS.textLength);
  return value === null || typeof value === 'boolean' || Number.isFinite(value)
    ? null
    : 'text, a number, true, false or null';
}

/** As `scalarProblem`, for texts that are searched for. The empty one is refused: every text contains it. */
function textProblem(value: unknown, longest: number): string | null {
  if (typeof value !== 'string' || value === '') return 'text of at least one character';
  return characterProblem(value, longest);
}

const LONE_SURROGATE = /\p{Surrogate}/u;

function characterProblem(text: string, longest: number): string | null {
  if (text.length > longest) return `at most ${longest} characters`;
  // Half of a pair would match inside of other characters, and neither UTF-8 nor PostgreSQL can keep it.
  if (LONE_SURROGATE.test(text)) return 'whole characters (no half of a surrogate pair)';
  return text.includes('\0') ? 'text without the character U+0000' : null;
}

function checkField(name: string, path: Path, findings: Findings): void {
  const wrong = fieldNameProblem(name);
  if (wrong !== null) findings.add(path, wrong);
}

/** What is wrong with the dotted name of a field of `data`; null where nothing is. */
export function fieldNameProblem(name: string): string | null {
  const parts = name.split('.');
  const wrong = characterProblem(name, FILTER_LIMITS.fieldLength);
  if (wrong !== null) return `expected a field name of ${wrong}`;
  if (parts.includes('')) {
    return `expected a field name such as "error.code", got "${name}" with an empty part`;
  }
  return parts.length > FILTER_LIMITS.fieldParts
    ? `expected a field name of at most ${FILTER_LIMITS.fieldParts} dotted parts`
    : null;
}

const OPERATOR_NAMES = Object.keys(OPERAND_KINDS);

// Object.hasOwn, because "constructor" is a property of every object and no operator.
const isOperator = (name: string): name is Operator => Object.hasOwn(OPERAND_KINDS, name);
const isGroupName = (key: string): key is GroupName => (GROUP_NAMES as readonly string[]).includes(key);
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The message for a name that is none of `known`, with the one that was probably meant. */
export function unknownName(what: string, name: string, known: readonly string[]): string {
  const meant = OTHER_NAMES.get(name.toLowerCase().replace(/^\$/, '')) ?? nearestName(name, known);
  const suggestion = meant !== null && known.includes(meant) ? `did you mean "${meant}"? ` : '';
  return `unknown ${what} ${shown(name)}; ${suggestion}expected one of ${known.join(', ')}`;
}

/** A value as an error message shows it: its type, and its first characters where it is short of them. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (isObject(value)) return Object.keys(value).length === 0 ? 'an empty object' : 'an object';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
}
