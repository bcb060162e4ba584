/**
 * The language once more, written to be read and not to be fast: straight from what the customer wrote, with no
 * compilation and no index. The oracle of the real matcher, and it shares no code with it.
 */
import type { MatchableEvent, MatchableSubscription } from '../../../domain/match/compile.ts';
import type { Destinations } from '../../../domain/match/match-event.ts';
import type { SubscriptionId } from '../../../schemas/ids.ts';

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  Object.prototype.toString.call(value) === '[object Object]';
const own = (object: Json, key: string): unknown => new Map(Object.entries(object)).get(key);

export function naiveMatches(
  subscriptions: readonly MatchableSubscription[],
  event: MatchableEvent,
): readonly SubscriptionId[] {
  return subscriptions
    .filter((subscription) => subscription.accountId === event.accountId && takesIn(subscription, event))
    .map(({ id }) => id)
    .sort();
}

export const naiveUrl = ({ url, routes }: Destinations, event: MatchableEvent): string =>
  routes.find((route) => takesIn(route.when, event))?.url ?? url;

function takesIn(
  when: { events?: readonly string[] | undefined; filters?: unknown; conditions?: unknown },
  event: MatchableEvent,
): boolean {
  return (
    (when.events ?? ['*']).some((pattern) => typeMatches(pattern, event.type)) &&
    naiveHolds((when.filters ?? {}) as Json, event.data) &&
    naiveHolds((when.conditions ?? {}) as Json, event.data)
  );
}

function typeMatches(pattern: string, type: string): boolean {
  const wanted = pattern.split('.');
  const words = type.split('.');
  if (pattern === '*') return true;
  if (wanted.at(-1) !== '*') return pattern === type;
  return words.length >= wanted.length && wanted.slice(0, -1).every((word, place) => word === words[place]);
}

export function naiveHolds(group: Json, data: unknown): boolean {
  return Object.entries(group).every(([key, value]) => {
    if (isObject(value)) {
      return Object.entries(value).every(([operator, operand]) =>
        operatorHolds(operator, operand, key, data),
      );
    }
    const members = value as Json[];
    if (key === 'all') return members.every((member) => naiveHolds(member, data));
    if (key === 'any') return members.some((member) => naiveHolds(member, data));
    if (key === 'none') return !members.some((member) => naiveHolds(member, data));
    const contains = /^(.+)_contains$/s.exec(key);
    if (contains !== null) return operatorHolds('contains', value, contains[1]!, data);
    return operatorHolds(Array.isArray(value) ? 'in' : 'equals', value, key, data);
  });
}

function operatorHolds(operator: string, operand: unknown, field: string, data: unknown): boolean {
  const operands: unknown[] = Array.isArray(operand) ? operand : [operand];
  let value = valueAt(data, field);
  if (
    /(^|\.)token_usage$/.test(field) &&
    isObject(value) &&
    operands.some((one) => typeof one === 'number')
  ) {
    value = own(value, 'total_tokens');
  }
  const textHolds = (test: (text: string, wanted: string) => boolean): boolean =>
    typeof value === 'string' && operands.some((wanted) => test(value as string, wanted as string));
  const numberHolds = (test: (number: number, bound: number) => boolean): boolean =>
    typeof value === 'number' && test(value, operand as number);
  switch (operator) {
    case 'equals':
    case 'in':
      return operands.some((one) => one === value);
    case 'not_equals':
    case 'not_in':
      return !operands.some((one) => one === value);
    case 'starts_with':
      return textHolds((text, wanted) => text.slice(0, wanted.length) === wanted);
    case 'ends_with':
      return textHolds(
        (text, wanted) => text.length >= wanted.length && text.slice(-wanted.length) === wanted,
      );
    case 'contains': {
      const texts = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
      return texts.some((text) => operands.some((wanted) => text.split(wanted as string).length > 1));
    }
    case 'greater_than':
      return numberHolds((number, bound) => number > bound);
    case 'greater_or_equal':
      return numberHolds((number, bound) => number >= bound);
    case 'less_than':
      return numberHolds((number, bound) => number < bound);
    case 'less_or_equal':
      return numberHolds((number, bound) => number <= bound);
    case 'exists':
      return operand === (value !== undefined);
    default:
      throw new Error(`the oracle does not know ${operator}`);
  }
}

function valueAt(data: unknown, field: string): unknown {
  if (!isObject(data)) return undefined;
  if (Object.keys(data).includes(field)) return own(data, field);
  const [head, ...rest] = field.split('.');
  return rest.length === 0 ? undefined : valueAt(own(data, head!), rest.join('.'));
}
