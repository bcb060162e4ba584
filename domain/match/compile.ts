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
import { fieldNamed, readField, type Field } from './field.ts';

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
export interface ConditionNode {
  readonly kind: 'condition';
  readonly key: string;
  readonly field: Field;
  readonly test: Test;
}

export interface GroupNode {
  readonly kind: 'group';
  readonly name: GroupName;
  readonly members: readonly Block[];
}

/** One object of the language: all of it must hold, and the empty one does. */
export type Block = readonly (ConditionNode | GroupNode)[];

/** What must hold for an event to be taken in, or to take a route. */
export interface CompiledWhen {
  /** No event type matches two of them. */
  readonly patterns: readonly string[];
  readonly filters: Block;
  readonly conditions: Block;
}

export interface CompiledRoute extends CompiledWhen {
  readonly url: string;
}

export interface CompiledSubscription extends CompiledWhen {
  readonly id: SubscriptionId;
  readonly accountId: AccountId;
  readonly url: string;
  readonly routes: readonly CompiledRoute[];
}

const NO_BLOCK: Block = [];

/** Compiles a subscription. Throws a TypeError for an operator that no schema lets through, and for nothing else. */
export function compile(subscription: MatchableSubscription): CompiledSubscription {
  return {
    id: subscription.id,
    accountId: subscription.accountId,
    url: subscription.url,
    patterns: withoutCovered(subscription.events),
    filters: compileBlock(subscription.filters),
    conditions: compileBlock(subscription.conditions),
    routes: compileRoutes(subscription.routes),
  };
}

/** Compiles routes alone, for `urlFor`. */
export function compileRoutes(routes: readonly Route[]): readonly CompiledRoute[] {
  return routes.map(({ when, url }) => ({
    url,
    patterns: withoutCovered(when.events ?? ['*']),
    filters: compileBlock(when.filters),
    conditions: compileBlock(when.conditions),
  }));
}

function compileBlock(group: FilterGroup | null | undefined): Block {
  const entries = Object.entries(group ?? {});
  return entries.length === 0 ? NO_BLOCK : entries.flatMap(([key, value]) => compileEntry(key, value));
}

const CONTAINS_SUFFIX = '_contains';

/** The readings of a key, in the order in which `FilterGroup` gives them away: operators always speak of a field. */
function compileEntry(key: string, value: FilterGroup[string]): Block {
  if (isOperators(value)) {
    return Object.entries(value).map(([operator, operand]) =>
      conditionOf(key, key, testOf(operator as Operator, operand)),
    );
  }
  if (isGroupName(key)) {
    return [{ kind: 'group', name: key, members: (value as readonly FilterGroup[]).map(compileBlock) }];
  }
  if (key.length > CONTAINS_SUFFIX.length && key.endsWith(CONTAINS_SUFFIX)) {
    const texts = value as string | readonly string[];
    return [conditionOf(key, key.slice(0, -CONTAINS_SUFFIX.length), testOf('contains', texts))];
  }
  const test = isList(value) ? testOf('in', value as readonly Scalar[]) : testOf('equals', value as Scalar);
  return [conditionOf(key, key, test)];
}

function conditionOf(key: string, fieldName: string, test: Test): ConditionNode {
  return { kind: 'condition', key, field: fieldNamed(fieldName, comparesWithNumber(test)), test };
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
      node.kind === 'condition' ? holds(node.test, readField(node.field, data)) : groupHolds(node, data);
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

/** True where filters and conditions hold, whatever the event's type. */
export function dataMatches(when: CompiledWhen, data: JsonObject): boolean {
  return blockHolds(when.filters, data) && blockHolds(when.conditions, data);
}

/** True where the event's type is one of the patterns, and filters and conditions hold. */
export function whenHolds(when: CompiledWhen, event: Pick<MatchableEvent, 'type' | 'data'>): boolean {
  for (const pattern of when.patterns) {
    if (patternMatches(pattern, event.type)) return dataMatches(when, event.data);
  }
  return false;
}

/** The url of the first route that holds, else the subscription's own. */
export function urlFor(
  subscription: Pick<CompiledSubscription, 'url' | 'routes'>,
  event: Pick<MatchableEvent, 'type' | 'data'>,
): string {
  for (const route of subscription.routes) if (whenHolds(route, event)) return route.url;
  return subscription.url;
}
