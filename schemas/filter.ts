/**
 * What `events`, `filters`, `conditions` and `routes` of a subscription may be. What was written is checked and then
 * kept as it was written, so a subscription is shown, logged and parsed again without a change;
 * `domain/match/compile.ts` gives it its meaning.
 */
import { z } from 'zod';
import { EventType } from './event.ts';
import { FILTER_LIMITS, filterProblems, shown, unknownName, type FilterGroup } from './filter-grammar.ts';
import { TargetUrl } from './target-url.ts';

/** Zod's own checks would copy the object, and its copy of a record drops a key named `__proto__`. */
const filterGroup = (description: string): z.ZodType<FilterGroup, FilterGroup> =>
  z
    .unknown()
    .superRefine((value, context) => {
      for (const { path, message } of filterProblems(value)) {
        context.addIssue({ code: 'custom', path: [...path], message, input: value });
      }
    })
    .meta({ type: 'object', description, additionalProperties: true }) as unknown as z.ZodType<
    FilterGroup,
    FilterGroup
  >;

/** What `data` must be for an event to be delivered. `{}` lets everything through. Kept as it was written. */
export const Filters = filterGroup(
  'Fields of data, and what each must be: a value, a list, operators, or the groups all, any and none.',
);
export type Filters = z.infer<typeof Filters>;

/** The same language under its other name: an event must meet `filters` and `conditions`. */
export const Conditions = filterGroup('As filters; an event must meet both.');
export type Conditions = z.infer<typeof Conditions>;

/** What `isEventPattern` takes in, for readers of the JSON Schema. */
const EVENT_PATTERN = '^(?:\\*|[A-Za-z0-9_:/-]+(?:\\.[A-Za-z0-9_:/-]+)*(?:\\.\\*)?)$';

/**
 * Which event types: one type (`workflow.completed`), all below a dotted prefix at any depth (`workflow.*`, which is
 * not `workflow` itself), or all (`*`). Types that are not in the catalogue are allowed.
 */
export const EventPattern = z
  .string()
  .superRefine((text, context) => {
    if (isEventPattern(text)) return;
    const meant = `${text.slice(0, 256).replace(/[.*]+$/, '')}.*`;
    const suggestion = text.includes('*') && isEventPattern(meant) ? `; did you mean "${meant}"?` : '';
    context.addIssue(
      `expected an event type such as workflow.completed, a prefix such as workflow.*, or *; got ${shown(text)}${suggestion}`,
    );
  })
  .meta({
    description: 'An event type, a prefix such as workflow.*, or * for all.',
    pattern: EVENT_PATTERN,
    maxLength: 258,
  });
export type EventPattern = z.infer<typeof EventPattern>;

function isEventPattern(text: string): boolean {
  const prefix = text.endsWith('.*') ? text.slice(0, -2) : text;
  return text === '*' || EventType.safeParse(prefix).success;
}

/** Answers for the names that an object does not have, and leaves all else to zod. */
const named =
  (what: string, known: readonly string[]) =>
  (issue: { code?: string | undefined; keys?: readonly string[] }): string | undefined =>
    issue.code === 'unrecognized_keys'
      ? (issue.keys ?? []).map((key) => unknownName(what, key, known)).join('; ')
      : undefined;

/** When a route is taken: everything that it names must hold. What is absent holds. */
const When = z
  .strictObject(
    {
      events: z.array(EventPattern).min(1, 'expected at least one event type').max(100).optional(),
      filters: Filters.optional(),
      conditions: Conditions.optional(),
    },
    { error: named('field of when', ['events', 'filters', 'conditions']) },
  )
  .superRefine((when, context) => {
    const namesFields = [when.filters, when.conditions].some((group) => Object.keys(group ?? {}).length > 0);
    if (!namesFields && (when.events === undefined || when.events.includes('*'))) {
      context.addIssue(
        "expected filters, conditions or events: a route that always holds leaves the subscription's own url without use",
      );
    }
  });

/** Another url for the events that meet `when`. Nothing that is absent is filled in. */
export const Route = z.strictObject(
  { when: When, url: TargetUrl },
  { error: named('field of a route', ['when', 'url']) },
);
export type Route = z.infer<typeof Route>;

/** Tried in order: the first whose `when` holds gives the url, else the subscription's own is used. */
export const Routes = z
  .array(Route)
  .max(FILTER_LIMITS.routes, `expected at most ${FILTER_LIMITS.routes} routes`)
  .superRefine((routes, context) => {
    // What was found wrong may be too deep to be written as JSON.
    if (context.issues.length > 0) return;
    if (JSON.stringify(routes).length > FILTER_LIMITS.jsonLength) {
      context.addIssue(
        `expected at most ${FILTER_LIMITS.jsonLength} characters of JSON in all routes together`,
      );
    }
  });
export type Routes = z.infer<typeof Routes>;
