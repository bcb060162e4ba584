/** What a draft of a subscription would have matched among past events: counted all, the newest few remembered. */
import type { FilterGroup } from '../../schemas/filter-grammar.ts';
import type { AccountId, EventId, SubscriptionId } from '../../schemas/ids.ts';
import type { MatchableEvent } from './compile.ts';
import { matchEvent } from './match-event.ts';
import { createSubscriptionIndex } from './subscription-index.ts';

/** The part of a subscription that decides what it matches. Parsed. */
export interface Draft {
  readonly events: readonly string[];
  readonly filters: FilterGroup;
  readonly conditions: FilterGroup;
}

/** An event of the past. `takenAtMs`: when Kafka was given it, milliseconds since 1970. */
export interface PastEvent extends MatchableEvent {
  readonly id: EventId;
  readonly takenAtMs: number;
}

export interface PreviewOptions<Event extends PastEvent, Shown> {
  readonly draft: Draft;
  readonly accountId: AccountId;
  /** How many matches are remembered at most. */
  readonly limit: number;
  /** What is remembered of a match. */
  readonly show: (event: Event) => Shown;
  /**
   * A whole number for a text, from so many that two texts hardly ever share one. Matches are told apart by it:
   * the ids themselves of a million matches would take ten times the memory.
   */
  readonly fingerprintOf: (text: string) => number;
}

export interface Preview<Event extends PastEvent, Shown> {
  /**
   * Takes the next event, in any order; of one moment, the one that is taken later is the newer. Those of other
   * accounts are passed over.
   */
  take(event: Event): void;
  /** Records of the account's events that were taken, repeated ones too. */
  readonly events: number;
  /** Events that matched. One that is there several times, by id and type, counts once, as it is delivered once. */
  readonly matched: number;
  /** The newest matches, the newest first. */
  newest(): readonly Shown[];
}

/** Asked as the one subscription of an index, so that the match step itself gives the answer. */
const DRAFT_ID = 'wh_draft000' as SubscriptionId;

export function createPreview<Event extends PastEvent, Shown>(
  options: PreviewOptions<Event, Shown>,
): Preview<Event, Shown> {
  const { draft, accountId, limit, show, fingerprintOf } = options;
  const index = createSubscriptionIndex();
  index.add({ ...draft, id: DRAFT_ID, accountId });
  const seen = new Set<number>();
  let events = 0;
  /** The newest last: a sort that keeps the order of equals then keeps the order of one moment. */
  let newest: { readonly takenAtMs: number; readonly shown: Shown }[] = [];

  const keepNewest = (): void => {
    newest = newest.sort((a, b) => a.takenAtMs - b.takenAtMs).slice(-limit);
  };

  return {
    take(event) {
      if (event.accountId !== accountId) return;
      events += 1;
      if (matchEvent(index, event).length === 0) return;
      const fingerprint = fingerprintOf(JSON.stringify([event.type, event.id]));
      if (seen.has(fingerprint)) return;
      seen.add(fingerprint);
      if (limit === 0) return;
      newest.push({ takenAtMs: event.takenAtMs, shown: show(event) });
      // Sorted once for so many, instead of for each.
      if (newest.length >= 2 * limit) keepNewest();
    },
    get events() {
      return events;
    },
    get matched() {
      return seen.size;
    },
    newest() {
      keepNewest();
      return newest.map(({ shown }) => shown).toReversed();
    },
  };
}
