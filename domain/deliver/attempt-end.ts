/** What an attempt came to, for whoever carries its delivery. */
import type { HoldReason } from '../../schemas/delivery-log.ts';

/** Texts in it are readable in Temporal: nothing secret. */
export type AttemptEnd =
  | { readonly step: 'succeed' }
  | { readonly step: 'retry'; readonly number: number; readonly delayMs: number; readonly failure: string }
  | { readonly step: 'exhaust'; readonly reason: 'not_retried' | 'retries_used_up' | 'gone' }
  | { readonly step: 'block' }
  /** Nothing was sent: it may not go now. It is worth asking again after `waitMs`; null where only a person can tell. */
  | {
      readonly step: 'hold';
      readonly reason: HoldReason;
      readonly attemptsMade: number;
      readonly waitMs: number | null;
    }
  /** Nothing was sent: the delivery is no longer owed. */
  | { readonly step: 'cancel'; readonly reason: string };
