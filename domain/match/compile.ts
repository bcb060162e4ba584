/**
 * Turns what a customer wrote into what is evaluated for each event: once per change of a subscription, so that an
 * event costs comparisons only. The language itself is described at `FilterGroup` in schemas/filter-grammar.ts.
 */
import type { FilterGroup, GroupName, Operator, Operators, Scalar } from '../../schemas/filter-grammar.ts';
import type { AccountId, SubscriptionId } from '../../schemas/ids.ts';
import type { JsonObject } from '../../schemas/json.ts';
import { comparesWithNumber, holds, testOf, type Test } from './condition.ts';
import { patternMatches, withoutCovered } from './event-pattern.ts';
import { fieldKey, fieldNamed, readField, type Field } from './field.ts';
import { createShare, type Share } from './sharing.ts';

/** What matching needs of a subscription. Parsed: none of the errors that the schemas refuse are looked for again. */
export interface MatchableSubscription {
  readonly id: SubscriptionId;
  readonly accountId: AccountId;
  /** Event patterns, any of which takes the event in. */
  readonly events: readonly string[];
  readonly filters: FilterGroup | null;
  readonly conditions: FilterGroup | null;
}

/** What matching needs of an event. */
export interface MatchableEvent {
  readonly accountId: AccountId;
  readonly type: string;
  readonly data: JsonObject;
}

/** One operator on one field. `key` is the customer's word for it, such as `output_contains`. */
export type ConditionNode = Test & {
  readonly kind: 'condition';
  readonly key: string;
  readonly field: Field;
};

/** `all`, `any` or `none` of its members. */
export interface GroupNode {
  readonly kind: 'group';
  readonly name: GroupName;
  readonly members: readonly Block[];
}

/** One thing that is asked of the data. */
export type Node = ConditionNode | GroupNode;

/** One object of the language: all of it must hold, and the empty one does. */
export type Block = readonly Node[];

/** What must hold for an event to be taken in, or to take a route: ready to be asked. */
export interface CompiledWhen {
  /** No event type matches two of them. */
  readonly patterns: readonly string[];
  /** Filters and conditions together. */
  readonly block: Block;
}

// Shared by the many subscriptions that have none.
const NO_BLOCK: Block = [];

/** What those that were compiled have in common. */
export interface Sharing {
  readonly field: Share<Field>;
  /** By the JSON of an entry of the language. */
  readonly entry: Share<Block>;
  /** By the JSON of the patterns. */
  readonly patterns: Share<readonly string[]>;
}

/** Sharing of which nothing is shared yet. */
export const createSharing = (): Sharing => ({
  field: createShare(),
  entry: createShare(),
  patterns: createShare(),
});

/** What a subscription asks of an event, and each of its routes. What is not there asks for nothing. */
export interface When {
  readonly events?: readonly string[] | undefined;
  readonly filters?: FilterGroup | null | undefined;
  readonly conditions?: FilterGroup | null | undefined;
}

/**
 * Compiles what a subscription or a route asks. Throws a TypeError for an operator that no schema lets through, and for
 * nothing else. Whoever compiles many hands in the same `sharing`.
 */
export const compile = (when: When, sharing: Sharing = createSharing()): CompiledWhen => ({
  patterns: compilePatterns(when.events ?? ['*'], sharing),
  block: compileEntries(
    [...Object.entries(when.filters ?? {}), ...Object.entries(when.conditions ?? {})],
    sharing,
  ),
});

const compilePatterns = (events: readonly string[], sharing: Sharing): readonly string[] =>
  sharing.patterns(JSON.stringify(events), () => withoutCovered(events));

/** Compiles one object of the language. */
export const compileBlock = (group: FilterGroup | null | undefined, sharing = createSharing()): Block =>
  compileEntries(Object.entries(group ?? {}), sharing);

function compileEntries(entries: readonly [string, FilterGroup[string]][], sharing: Sharing): Block {
  const blocks = entries.map((entry) =>
    sharing.entry(JSON.stringify(entry), () => compileEntry(...entry, sharing)),
  );
  if (blocks.length <= 1) return blocks[0] ?? NO_BLOCK;
  // Copied, because a list that grew keeps room for sixteen more, and there are two for each subscription.
  return [...blocks.flat()];
}

const CONTAINS_SUFFIX = '_contains';

/** The readings of a key, in the order in which `FilterGroup` gives them away: operators always speak of a field. */
function compileEntry(key: string, value: FilterGroup[string], sharing: Sharing): Block {
  const condition = (fieldName: string, test: Test): ConditionNode => {
    const field = fieldNamed(fieldName, comparesWithNumber(test));
    // Written out, for a spread gives each object a shape of its own, and that made matching six times slower.
    return {
      kind: 'condition',
      key,
      field: sharing.field(fieldKey(field), () => field),
      operator: test.operator,
      operand: test.operand,
      lookup: 'lookup' in test ? test.lookup : null,
    } as ConditionNode;
  };
  if (isOperators(value)) {
    return Object.entries(value).map(([operator, operand]) =>
      condition(key, testOf(operator as Operator, operand)),
    );
  }
  if (isGroupName(key)) {
    const members = value as readonly FilterGroup[];
    return [{ kind: 'group', name: key, members: members.map((member) => compileBlock(member, sharing)) }];
  }
  if (key.length > CONTAINS_SUFFIX.length && key.endsWith(CONTAINS_SUFFIX)) {
    const texts = value as string | readonly string[];
    return [condition(key.slice(0, -CONTAINS_SUFFIX.length), testOf('contains', texts))];
  }
  const isIn = isList(value);
  return [
    condition(key, isIn ? testOf('in', value as readonly Scalar[]) : testOf('equals', value as Scalar)),
  ];
}

const isGroupName = (key: string): key is GroupName => key === 'all' || key === 'any' || key === 'none';
// Array.isArray does not narrow what is readonly.
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const isOperators = (value: FilterGroup[string]): value is Operators =>
  typeof value === 'object' && value !== null && !isList(value);

/** True where everything in the block holds for the event's data. Allocates nothing. */
export function blockHolds(block: Block, data: JsonObject): boolean {
  for (const node of block) {
    const isHeld =
      node.kind === 'condition' ? holds(node, readField(node.field, data)) : groupHolds(node, data);
    if (!isHeld) return false;
  }
  return true;
}

/** True where the group holds: all of its members, at least one, or none. */
export function groupHolds(group: GroupNode, data: JsonObject): boolean {
  // `all` looks for a member that does not hold, the others for one that does.
  const wanted = group.name !== 'all';
  for (const member of group.members) {
    if (blockHolds(member, data) === wanted) return group.name === 'any';
  }
  return group.name !== 'any';
}

/** True where the event's type is one of the patterns, and filters and conditions hold. */
export function whenHolds(when: CompiledWhen, event: Pick<MatchableEvent, 'type' | 'data'>): boolean {
  for (const pattern of when.patterns) {
    if (patternMatches(pattern, event.type)) return blockHolds(when.block, event.data);
  }
  return false;
}
