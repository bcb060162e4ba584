/**
 * What an event must have for a subscription to match at all, in a form that can be looked up. The index files each
 * subscription under such keys; what it then finds is still evaluated whole.
 */
import type { Block, CompiledWhen, ConditionNode, GroupNode } from './compile.ts';
import type { Field } from './field.ts';

/** A fact about one field: equal to a value, with a text at its start, end or inside, within a bound, or there. */
export type AccessKey =
  | { readonly kind: 'equals'; readonly field: Field; readonly value: unknown }
  | { readonly kind: 'starts_with' | 'ends_with' | 'contains'; readonly field: Field; readonly text: string }
  | { readonly kind: 'at_least' | 'at_most'; readonly field: Field; readonly bound: number }
  | { readonly kind: 'present'; readonly field: Field };

/** Keys of which every event that matches has at least one. */
export type Cover = readonly AccessKey[];

/** The kinds from the one that usually finds the fewest events to the one that finds the most. */
const KINDS_BY_SELECTIVITY: readonly AccessKey['kind'][] = [
  'equals',
  'starts_with',
  'ends_with',
  'contains',
  'at_least',
  'at_most',
  'present',
];

/** All covers of a subscription; none where nothing it says can be looked up, as with `not_in` alone. */
export function coversOf(when: CompiledWhen): readonly Cover[] {
  return [...coversOfBlock(when.filters), ...coversOfBlock(when.conditions)];
}

// All of a block must hold, so the cover of any part of it covers the whole.
const coversOfBlock = (block: Block): readonly Cover[] =>
  block.flatMap((node) => (node.kind === 'group' ? coversOfGroup(node) : coversOfCondition(node)));

function coversOfGroup(group: GroupNode): readonly Cover[] {
  switch (group.name) {
    case 'all':
      return group.members.flatMap(coversOfBlock);
    case 'any': {
      // One member is enough, so each has to be covered. The products of all their covers would be too many to try.
      const joined: AccessKey[] = [];
      for (const member of group.members) {
        const cover = mostSelective(coversOfBlock(member));
        if (cover === null) return [];
        joined.push(...cover);
      }
      return [joined];
    }
    case 'none':
      return [];
  }
}

function coversOfCondition({ field, test }: ConditionNode): readonly Cover[] {
  switch (test.operator) {
    case 'equals':
      return [[{ kind: 'equals', field, value: test.operand }]];
    case 'in':
      return [[...test.operand].map((value) => ({ kind: 'equals', field, value }))];
    case 'starts_with':
    case 'ends_with':
    case 'contains': {
      const kind = test.operator;
      return [[...new Set(test.operand)].map((text) => ({ kind, field, text }))];
    }
    case 'greater_than':
    case 'greater_or_equal':
      return [[{ kind: 'at_least', field, bound: test.operand }]];
    case 'less_than':
    case 'less_or_equal':
      return [[{ kind: 'at_most', field, bound: test.operand }]];
    case 'exists':
      return test.operand ? [[{ kind: 'present', field }]] : [];
    case 'not_equals':
    case 'not_in':
      return [];
  }
}

function mostSelective(covers: readonly Cover[]): Cover | null {
  let best: Cover | null = null;
  let bestRank = Infinity;
  for (const cover of covers) {
    const rank = Math.max(...cover.map((key) => KINDS_BY_SELECTIVITY.indexOf(key.kind)));
    if (rank < bestRank) {
      best = cover;
      bestRank = rank;
    }
  }
  return best;
}
