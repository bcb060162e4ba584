/** The rules of matching, answered condition by condition, by the same code that matches. */
import type { GroupName, Operator } from '../../schemas/filter-grammar.ts';
import {
  blockHolds,
  compile,
  compileBlock,
  groupHolds,
  whenHolds,
  type Block,
  type ConditionNode,
  type GroupNode,
  type MatchableEvent,
  type When,
} from './compile.ts';
import { judge, type Verdict } from './condition.ts';
import { patternMatches } from './event-pattern.ts';
import { readField } from './field.ts';
import { targetUrl, type RoutedSubscription } from './match-event.ts';

/** One thing that was asked of the event, and what came of it. */
export interface Check {
  /** Where the subscription asks it: `account_id`, `events`, `filters.any[0].error.code`, `conditions.cost`. */
  readonly path: string;
  /** For `events`: `matches`. A group's own check comes before those of its members. */
  readonly operator: Operator | GroupName | 'matches';
  /** The operand; for a group the number of its members. */
  readonly expected: unknown;
  /** The event's value, undefined where it is missing; for a group the number of members that hold. */
  readonly actual: unknown;
  readonly outcome: Verdict;
}

/** A route that was looked at: those up to the first that holds. */
export interface RouteExplanation {
  readonly url: string;
  readonly holds: boolean;
  readonly checks: readonly Check[];
}

/** Whether an event is taken in, and all that this depends on. */
export interface Explanation {
  readonly matched: boolean;
  /** Where the event goes; null where it does not match. */
  readonly url: string | null;
  /** All of them, also those after the first that failed. In a match, only members of `any` and `none` may fail. */
  readonly checks: readonly Check[];
  /** Empty where the event does not match. */
  readonly routes: readonly RouteExplanation[];
}

/** Why the event is or is not taken in by the subscription, and by which route it goes. */
export function explainMatch(subscription: RoutedSubscription, event: MatchableEvent): Explanation {
  const isOwnAccount = event.accountId === subscription.accountId;
  const account: Check = {
    path: 'account_id',
    operator: 'equals',
    expected: subscription.accountId,
    actual: event.accountId,
    outcome: isOwnAccount ? 'holds' : 'fails',
  };
  const checks = [account, ...checksOfWhen(subscription, '', event)];
  if (!isOwnAccount || !whenHolds(compile(subscription), event)) {
    return { matched: false, url: null, checks, routes: [] };
  }

  const routes: RouteExplanation[] = [];
  for (const [position, { when, url }] of subscription.routes.entries()) {
    const holds = whenHolds(compile(when), event);
    routes.push({ url, holds, checks: checksOfWhen(when, `routes[${position}].when.`, event) });
    if (holds) break;
  }
  return { matched: true, url: targetUrl(subscription, event), checks, routes };
}

function checksOfWhen(asked: When, at: string, event: MatchableEvent): readonly Check[] {
  return [
    ...checksOfEvents(asked.events, at, event),
    ...checksOfBlock(compileBlock(asked.filters), `${at}filters`, event),
    ...checksOfBlock(compileBlock(asked.conditions), `${at}conditions`, event),
  ];
}

function checksOfEvents(
  events: readonly string[] | undefined,
  at: string,
  event: MatchableEvent,
): readonly Check[] {
  if (events === undefined) return [];
  const outcome = events.some((pattern) => patternMatches(pattern, event.type)) ? 'holds' : 'fails';
  return [{ path: `${at}events`, operator: 'matches', expected: events, actual: event.type, outcome }];
}

const checksOfBlock = (block: Block, at: string, event: MatchableEvent): readonly Check[] =>
  block.flatMap((node) =>
    node.kind === 'condition' ? [checkOfCondition(node, at, event)] : checksOfGroup(node, at, event),
  );

function checkOfCondition(condition: ConditionNode, at: string, event: MatchableEvent): Check {
  const actual = readField(condition.field, event.data);
  return {
    path: `${at}.${condition.key}`,
    operator: condition.operator,
    expected: condition.operand,
    actual,
    outcome: judge(condition, actual),
  };
}

function checksOfGroup(group: GroupNode, at: string, event: MatchableEvent): readonly Check[] {
  const path = `${at}.${group.name}`;
  const own: Check = {
    path,
    operator: group.name,
    expected: group.members.length,
    actual: group.members.filter((member) => blockHolds(member, event.data)).length,
    outcome: groupHolds(group, event.data) ? 'holds' : 'fails',
  };
  return [
    own,
    ...group.members.flatMap((member, position) => checksOfBlock(member, `${path}[${position}]`, event)),
  ];
}
