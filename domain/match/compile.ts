/**
 * Turns what a customer wrote into what is evaluated for each event: once per change of a subscription, so that an
 * event costs comparisons only. The language itself is described at `FilterGroup` in schemas/filter-grammar.ts.
 */
import type { FilterGroup, GroupName, Operator, Operators, Scalar } from '../../schemas/filter-grammar.ts';
import type { Route } from '../../schemas/filter.ts';
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
  readonly url: string;
  /** Event patterns, any of which takes the event in. */
  readonly events: readonly string[];
  readonly filters: FilterGroup | null;
  readonly conditions: FilterGroup | null;
  readonly routes: readonly Route[];
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

/** What must hold for an event to be taken in, or to take a route. */
export interface CompiledWhen {
  /** No event type matches two of them. */
  readonly patterns: readonly string[];
  /** Filters and conditions together. */
  readonly block: Block;
}

/**
 * Another url for the events for which it holds, and the route that is asked where it does not. A list would be two
 * more objects to follow, each likely to be far from the processor's cache.
 */
export interface CompiledRoute {
  readonly when: CompiledWhen;
  readonly url: string;
  readonly otherwise: CompiledRoute | null;
}

/** A subscription, ready to be matched. */
export interface CompiledSubscription extends CompiledWhen {
  readonly id: SubscriptionId;
  readonly accountId: AccountId;
  readonly url: string;
  /** The first of its routes; null where it has none. */
  readonly route: CompiledRoute | null;
}

// Shared by the many subscriptions that have none.
const NO_BLOCK: Block = [];

/** What compiled subscriptions have in common. */
export interface Sharing {
  readonly field: Share<Field>;
  /** By the JSON of an entry of the language. */
  readonly entry: Share<Block>;
  /** By the JSON of a route's `when`. */
  readonly when: Share<CompiledWhen>;
  /** By the JSON of the patterns. */
  readonly patterns: Share<readonly string[]>;
}

/** Sharing of which nothing is shared yet. */
export const createSharing = (): Sharing => ({
  field: createShare(),
  entry: createShare(),
  when: createShare(),
  patterns: createShare(),
});

/**
 * Compiles a subscription. Throws a TypeError for an operator that no schema lets through, and for nothing else.
 * Whoever compiles many hands in the same `sharing`.
 */
export function compile(
  subscription: MatchableSubscription,
  sharing: Sharing = createSharing(),
): CompiledSubscription {
  return {
    id: subscription.id,
    accountId: subscription.accountId,
    url: subscription.url,
    patterns: compilePatterns(subscription.events, sharing),
    block: compileBlocks(subscription, sharing),
    route: compileRoutes(subscription.routes, sharing),
  };
}

/** Compiles routes alone, for `urlFor`: the first of them, or null where there are none. */
export const compileRoutes = (
  routes: readonly Route[],
  sharing: Sharing = createSharing(),
): CompiledRoute | null =>
  routes.reduceRight<CompiledRoute | null>(
    (otherwise, { when, url }) => ({ when: compileWhen(when, sharing), url, otherwise }),
    null,
  );

const compileWhen = (when: Route['when'], sharing: Sharing): CompiledWhen =>
  sharing.when(JSON.stringify([when.events, when.filters, when.conditions]), () => ({
    patterns: compilePatterns(when.events ?? ['*'], sharing),
    block: compileBlocks(when, sharing),
  }));

const compilePatterns = (events: readonly string[], sharing: Sharing): readonly string[] =>
  sharing.patterns(JSON.stringify(events), () => withoutCovered(events));

interface Groups {
  readonly filters?: FilterGroup | null | undefined;
  readonly conditions?: FilterGroup | null | undefined;
}

const compileBlocks = ({ filters, conditions }: Groups, sharing: Sharing): Block =>
  compileEntries([...Object.entries(filters ?? {}), ...Object.entries(conditions ?? {})], sharing);

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

/** The url of the first route that holds, else the subscription's own. */
export function urlFor(
  subscription: Pick<CompiledSubscription, 'url' | 'route'>,
  event: Pick<MatchableEvent, 'type' | 'data'>,
): string {
  for (let { route } = subscription; route !== null; route = route.otherwise) {
    if (whenHolds(route.when, event)) return route.url;
  }
  return subscription.url;
}
