/**
 * All subscriptions that are to receive anything, arranged so that an event finds those that match without looking at
 * the others: account → event type, prefix or `*` → what they ask of the data (shelf.ts). The cost of an event grows
 * with what it finds and with what it has itself: its fields, and the length of texts that are searched.
 */
import type { AccountId, SubscriptionId } from '../../schemas/ids.ts';
import { coversOf, type Cover } from './access-keys.ts';
import { candidateOf, type Candidate } from './candidate.ts';
import {
  compile,
  createSharing,
  type Block,
  type CompiledWhen,
  type MatchableEvent,
  type MatchableSubscription,
  type Node,
} from './compile.ts';
import { prefixOf } from './event-pattern.ts';
import { fieldKey, type Field } from './field.ts';
import { Shelf } from './shelf.ts';
import { createShare, type Share } from './sharing.ts';

/** All subscriptions that are to receive anything. Whether one is paused or disabled is for its owner to know. */
export interface SubscriptionIndex {
  /** Adds a subscription with an id that is not in it. Where it throws, nothing has changed. */
  add(subscription: MatchableSubscription): void;
  /**
   * Takes out the one with its id, which must ask for what it asked for when it was added: by that it is found again.
   * False where there was none.
   */
  remove(subscription: MatchableSubscription): boolean;
  /** Whoever may take the event in, each once: those that do are the ones whose `remaining` block holds. */
  candidatesFor(event: MatchableEvent): readonly Candidate[];
  /** How many subscriptions there are. */
  readonly size: number;
}

/** An index without subscriptions. */
export function createSubscriptionIndex(): SubscriptionIndex {
  const candidates = new Map<SubscriptionId, Candidate>();
  const accounts = new Map<AccountId, Map<string, Shelf>>();
  const sharing = createSharing();
  const shareBlock = createShare<Block>();
  const shareChosen = createShare<readonly number[]>();

  return {
    add(subscription) {
      const { id, accountId } = subscription;
      if (candidates.has(id)) throw new Error(`${id} is in the index already`);
      const compiled = compile(subscription, sharing);
      const shelves = accounts.get(accountId) ?? new Map<string, Shelf>();
      accounts.set(accountId, shelves);
      const candidate = candidateOf(id, compiled.block);
      const covers = usableCovers(compiled);
      const chosen = compiled.patterns.map((pattern) => {
        const key = shelfKey(pattern);
        const shelf = shelves.get(key) ?? new Shelf();
        shelves.set(key, shelf);
        return shelf.add(candidate, covers);
      });
      candidate.remaining = remainingOf(compiled.block, covers, chosen, shareBlock);
      candidate.chosen = shareChosen(chosen.join(), () => chosen);
      candidates.set(id, candidate);
    },
    remove(subscription) {
      const { id, accountId } = subscription;
      const candidate = candidates.get(id);
      if (candidate === undefined) return false;
      candidates.delete(id);
      const compiled = compile(subscription, sharing);
      const shelves = accounts.get(accountId);
      const covers = usableCovers(compiled);
      compiled.patterns.forEach((pattern, position) => {
        const key = shelfKey(pattern);
        const shelf = shelves?.get(key);
        shelf?.remove(candidate, covers[candidate.chosen[position]!] ?? null);
        if (shelf?.isEmpty === true) shelves?.delete(key);
      });
      if (shelves?.size === 0) accounts.delete(accountId);
      return true;
    },
    candidatesFor({ accountId, type, data }) {
      const shelves = accounts.get(accountId);
      if (shelves === undefined) return [];
      // No subscription is on two of these: its patterns that another one takes in were dropped.
      const found: Candidate[] = [];
      shelves.get('*')?.collect(data, found);
      shelves.get(type)?.collect(data, found);
      for (let dot = type.indexOf('.'); dot !== -1; dot = type.indexOf('.', dot + 1)) {
        shelves.get(type.slice(0, dot + 1))?.collect(data, found);
      }
      return found;
    },
    get size() {
      return candidates.size;
    },
  };
}

/**
 * These bound what a change costs: a cover that needs more keys, over all patterns, is not used, and of the others only
 * so many are compared for each pattern. A subscription at all of the language's limits takes a few milliseconds, of
 * which compiling is the most.
 */
const MAX_KEYS_PER_SUBSCRIPTION = 1_024;
const MAX_COVERS_COMPARED = 8;

const usableCovers = ({ block, patterns }: CompiledWhen): readonly Cover[] =>
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
