/**
 * What an event must have for a subscription to match at all, in a form that can be looked up. The index files each
 * subscription under such keys, and evaluates what having one of them does not prove.
 */
import type { Block, ConditionNode, GroupNode, Node } from './compile.ts';
import type { Field } from './field.ts';

/** A fact about one field: equal to a value, with a text at its start, end or inside, within a bound, or there. */
export type AccessKey =
  | { readonly kind: 'equals'; readonly field: Field; readonly value: unknown }
  | { readonly kind: 'starts_with' | 'ends_with' | 'contains'; readonly field: Field; readonly text: string }
  | { readonly kind: 'at_least' | 'at_most'; readonly field: Field; readonly bound: number }
  | { readonly kind: 'present'; readonly field: Field };

/** Keys of which every event that matches has at least one. */
export interface Cover {
  readonly keys: readonly AccessKey[];
  /** The part of the block that holds for every event with one of the keys; null where none is sure to. */
  readonly proves: Node | null;
}

/** From the kind that usually finds the fewest events to the one that finds the most. */
const RANKS: Readonly<Record<AccessKey['kind'], number>> = {
  equals: 0,
  starts_with: 1,
  ends_with: 1,
  contains: 2,
  at_least: 3,
  at_most: 3,
  present: 4,
};

/**
 * All covers of a block, those of the most selective kinds first; none where nothing it says can be looked up, as with
 * `not_in` alone. The same block gives the same ones in the same order.
 */
export const coversOf = (block: Block): readonly Cover[] =>
  // All of it must hold, so the keys of any part cover the whole.
  block
    .flatMap((node) => {
      const proves = isAnsweredByLookup(node) ? node : null;
      return keysOfNode(node).map((keys) => ({ keys, proves }));
    })
    .sort((a, b) => rankOf(a.keys) - rankOf(b.keys));

/** Keys that serve together, for each way to look the node up. */
type Ways = readonly (readonly AccessKey[])[];

const keysOfBlock = (block: Block): Ways => block.flatMap(keysOfNode);

const keysOfNode = (node: Node): Ways => (node.kind === 'group' ? keysOfGroup(node) : keysOfCondition(node));

function keysOfGroup(group: GroupNode): Ways {
  switch (group.name) {
    case 'all':
      return group.members.flatMap(keysOfBlock);
    case 'any': {
      // One member is enough, so each has to be covered. The products of all their ways would be too many to try.
      const joined: AccessKey[] = [];
      for (const member of group.members) {
        const keys = mostSelective(keysOfBlock(member));
        if (keys === null) return [];
        joined.push(...keys);
      }
      return [joined];
    }
    case 'none':
      return [];
  }
}

function keysOfCondition(condition: ConditionNode): Ways {
  const { field } = condition;
  switch (condition.operator) {
    case 'equals':
      return [[{ kind: 'equals', field, value: condition.operand }]];
    case 'in':
      return [[...new Set(condition.operand)].map((value) => ({ kind: 'equals', field, value }))];
    case 'starts_with':
    case 'ends_with':
    case 'contains': {
      const kind = condition.operator;
      const texts =
        typeof condition.operand === 'string' ? [condition.operand] : [...new Set(condition.operand)];
      return [texts.map((text) => ({ kind, field, text }))];
    }
    case 'greater_than':
    case 'greater_or_equal':
      return [[{ kind: 'at_least', field, bound: condition.operand }]];
    case 'less_than':
    case 'less_or_equal':
      return [[{ kind: 'at_most', field, bound: condition.operand }]];
    case 'exists':
      return condition.operand ? [[{ kind: 'present', field }]] : [];
    case 'not_equals':
    case 'not_in':
      return [];
  }
}

function mostSelective(ways: Ways): readonly AccessKey[] | null {
  let best: readonly AccessKey[] | null = null;
  for (const keys of ways) if (best === null || rankOf(keys) < rankOf(best)) best = keys;
  return best;
}

/** Keys are as selective as the least selective of them. */
function rankOf(keys: readonly AccessKey[]): number {
  let rank = 0;
  for (const { kind } of keys) rank = Math.max(rank, RANKS[kind]);
  return rank;
}

/** True where having one of its keys is all that the node asks: a condition, or any of several that are alone. */
function isAnsweredByLookup(node: Node): boolean {
  if (node.kind === 'group') {
    return (
      node.name === 'any' &&
      node.members.every((member) => member.length === 1 && isAnsweredByLookup(member[0]!))
    );
  }
  switch (node.operator) {
    case 'equals':
    case 'in':
    case 'starts_with':
    case 'ends_with':
    case 'contains':
    case 'greater_or_equal':
    case 'less_or_equal':
    case 'exists':
      return true;
    // Looked up as if the bound itself would do.
    case 'greater_than':
    case 'less_than':
      return false;
    // Not looked up at all.
    case 'not_equals':
    case 'not_in':
      return false;
  }
}
