import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matchEvent } from '../../../domain/match/match-event.ts';
import { createSubscriptionIndex } from '../../../domain/match/subscription-index.ts';
import { createSubscriptionDirectory } from '../../../domain/subscription/directory.ts';
import { isLive } from '../../../domain/subscription/subscription.ts';
import { createPackedMap } from '../../../infra/packed/packed-map.ts';
import type { SubscriptionId } from '../../../schemas/ids.ts';
import type { SubscriptionEvent } from '../../../schemas/subscription-log.ts';
import { followMatchable } from '../../../services/router/follow-matchable.ts';
import { event, filterGroup, patterns } from '../../domain/match/arbitraries.ts';
import { naiveMatches } from '../../domain/match/naive-match.ts';
import { changed, created } from '../../domain/subscription/subscription-log.ts';

const IDS = ['wh_00000001', 'wh_00000002', 'wh_00000003'] as SubscriptionId[];

const asked = fc.record({ events: patterns, filters: filterGroup, conditions: filterGroup });
const nextChange = fc.oneof(
  asked.map((settings) => (version: number) => created(version, settings)),
  asked.map(
    (changes) => (version: number) =>
      changed(version, { type: 'SubscriptionUpdated', changes, secret: null }),
  ),
  fc
    .constantFrom('SubscriptionPaused', 'SubscriptionResumed', 'SubscriptionEnabled', 'SubscriptionDeleted')
    .map((type) => (version: number) => changed(version, { type })),
  fc.constant((version: number) => changed(version, { type: 'SubscriptionDisabled', reason: 'failing' })),
);

/** Changes of three subscriptions; each may be told twice, at once or later. */
const log = fc
  .array(
    fc.record({
      id: fc.constantFrom(...IDS),
      next: nextChange,
      isRepeated: fc.boolean(),
    }),
    { maxLength: 30 },
  )
  .map((changes) =>
    changes.flatMap(({ id, next, isRepeated }, position): SubscriptionEvent[] => {
      const told = { ...next(position + 1), subscription_id: id };
      return isRepeated ? [told, told] : [told];
    }),
  );

it('whoever is active or paused is found as it asks now, whatever the log has told before', () => {
  fc.assert(
    fc.property(log, log, fc.array(event, { minLength: 1, maxLength: 5 }), (first, later, events) => {
      const directory = createSubscriptionDirectory(createPackedMap());
      const index = createSubscriptionIndex();
      const { onEvent } = followMatchable(directory, index);
      for (const told of [...first, ...later]) onEvent(told);

      const matchable = IDS.map((id) => directory.get(id))
        .filter(isLive)
        .filter(({ status }) => status !== 'disabled')
        .map(({ id, accountId, settings }) => ({ ...settings, id, accountId }));
      expect(index.size).toBe(matchable.length);
      for (const given of events) expect(matchEvent(index, given)).toEqual(naiveMatches(matchable, given));
    }),
    { numRuns: 500 },
  );
});
