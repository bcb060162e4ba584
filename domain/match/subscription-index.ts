/**
 * All subscriptions that are to receive anything, arranged so that an event finds those that match without looking at
 * the others: account → event type, prefix or `*` → what they ask of the data (shelf.ts). The cost of an event grows
 * with what it finds and with what it has itself: its fields, and the length of texts that are searched.
 */
import type { AccountId, SubscriptionId } from '../../schemas/ids.ts';
import { coversOf, type Cover } from './access-keys.ts';
import { candidateOf, compareIds, type Candidate } from './candidate.ts';
import {
  compile,
  createSharing,
  type Block,
  type CompiledSubscription,
  type MatchableEvent,
  type MatchableSubscription,
  type Node,
} from './compile.ts';
import { prefixOf } from './event-pattern.ts';
import { fieldKey, type Field } from './field.ts';
import { Shelf } from './shelf.ts';
import { createShare, type Share } from './sharing.ts';

/** What the index tells of a subscription that matches. */
export type Matching = Pick<CompiledSubscription, 'id' | 'url' | 'route'>;

/** All subscriptions that are to receive anything. Whether one is paused or disabled is for its owner to know. */
export interface SubscriptionIndex {
  /** Adds the subscription, or takes it in place of the one with its id. Where it throws, nothing has changed. */
  put(subscription: MatchableSubscription): void;
  /** Takes it out. False where there was none. */
  remove(id: SubscriptionId): boolean;
  /** Every subscription that takes the event in, each once, in the order of their ids. */
  matching(event: MatchableEvent): readonly Matching[];
  /** How many subscriptions there are. */
  readonly size: number;
}

/** An index without subscriptions. */
export function createSubscriptionIndex(): SubscriptionIndex {
  const filings = new Map<SubscriptionId, Filing>();
  const accounts = new Map<AccountId, Map<string, Shelf>>();
  const sharing = createSharing();
  const shareBlock = createShare<Block>();
  const shareChosen = createShare<readonly number[]>();

  const remove = (id: SubscriptionId): boolean => {
    const filing = filings.get(id);
    if (filing === undefined) return false;
    filings.delete(id);
    const { candidate, accountId, patterns, chosen } = filing;
    const shelves = accounts.get(accountId);
    const covers = usableCovers(filing);
    patterns.forEach((pattern, position) => {
      const key = shelfKey(pattern);
      const shelf = shelves?.get(key);
      shelf?.remove(candidate, covers[chosen[position]!] ?? null);
      if (shelf?.isEmpty === true) shelves?.delete(key);
    });
    if (shelves?.size === 0) accounts.delete(accountId);
    return true;
  };

  return {
    put(given) {
      const subscription = compile(given, sharing);
      const { id, accountId, patterns, block } = subscription;
      remove(id);
      const shelves = accounts.get(accountId) ?? new Map<string, Shelf>();
      accounts.set(accountId, shelves);
      const candidate = candidateOf(subscription);
      const covers = usableCovers(subscription);
      const chosen = patterns.map((pattern) => {
        const key = shelfKey(pattern);
        const shelf = shelves.get(key) ?? new Shelf();
        shelves.set(key, shelf);
        return shelf.add(candidate, covers);
      });
      candidate.remaining = remainingOf(block, covers, chosen, shareBlock);
      filings.set(id, {
        candidate,
        accountId,
        patterns,
        block,
        chosen: shareChosen(chosen.join(), () => chosen),
      });
    },
    remove,
    matching({ accountId, type, data }) {
      const shelves = accounts.get(accountId);
      if (shelves === undefined) return [];
      // No subscription is on two of these: its patterns that another one takes in were dropped.
      const matching: Candidate[] = [];
      shelves.get('*')?.collect(data, matching);
      shelves.get(type)?.collect(data, matching);
      for (let dot = type.indexOf('.'); dot !== -1; dot = type.indexOf('.', dot + 1)) {
        shelves.get(type.slice(0, dot + 1))?.collect(data, matching);
      }
      return matching.sort(compareIds);
    },
    get size() {
      return filings.size;
    },
  };
}

/** Where a subscription is filed: what it takes to take it out again. */
interface Filing extends Pick<CompiledSubscription, 'accountId' | 'patterns' | 'block'> {
  readonly candidate: Candidate;
  /**
   * For each of its patterns, which of its usable covers it is filed under, or -1. The covers themselves are made
   * again when it is taken out: kept, they would weigh as much as the rest of the index.
   */
  readonly chosen: readonly number[];
}

/**
 * These bound what a change costs: a cover that needs more keys, over all patterns, is not used, and of the others only
 * so many are compared for each pattern. A subscription at all of the language's limits takes a few milliseconds, of
 * which compiling is the most.
 */
const MAX_KEYS_PER_SUBSCRIPTION = 1_024;
const MAX_COVERS_COMPARED = 8;

const usableCovers = ({
  block,
  patterns,
}: Pick<CompiledSubscription, 'block' | 'patterns'>): readonly Cover[] =>
  coversOf(block)
    .filter(({ keys }) => keys.length * patterns.length <= MAX_KEYS_PER_SUBSCRIPTION)
    .slice(0, MAX_COVERS_COMPARED);

/** The block without what is proven wherever the subscription is found; one for all that have the same left. */
function remainingOf(
  block: Block,
  covers: readonly Cover[],
  chosen: readonly number[],
  share: Share<Block>,
): Block {
  const [first] = chosen;
  const proven = chosen.every((one) => one === first) ? (covers[first ?? -1]?.proves ?? null) : null;
  if (proven === null) return block;
  const left = block.filter((node) => node !== proven);
  return share(textOf(left), () => left);
}

/** Text that is the same for blocks that mean the same. */
const textOf = (block: readonly Node[]): string =>
  JSON.stringify(block, (name, value: unknown) => (name === 'field' ? fieldKey(value as Field) : value));

/** What a pattern is found by: `workflow.*` by `workflow.`, which is no type; types and `*` by themselves. */
function shelfKey(pattern: string): string {
  const prefix = prefixOf(pattern);
  return prefix === null ? pattern : `${prefix}.`;
}
