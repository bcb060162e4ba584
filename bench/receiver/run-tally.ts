/** Counts what comes of one run. A delivery is one number, so that a million of them fit. */
import type { Arrivals, Progress, Tally } from './messages.ts';

/** Attempt n is bit n - 1; later ones share the last of these bits. */
const ATTEMPT_BITS = 29;
const DELIVERED = 1 << 30;

export interface ReceivedAttempt {
  readonly endpoint: number;
  readonly path: string;
  readonly deliveryId: string;
  readonly number: number;
  /** `data.seq` of the event. */
  readonly seq: number;
  readonly atMs: number;
}

export class RunTally {
  readonly #deliveries = new Map<string, number>();
  readonly #byPath = new Map<string, number>();
  readonly #byEndpoint: number[];
  readonly #seq: number[] = [];
  readonly #endpoint: number[] = [];
  readonly #atMs: number[] = [];
  #requests = 0;
  #delivered = 0;
  #deliveredAgain = 0;
  #repeatedAttempts = 0;
  #repeatedFirstAttempts = 0;
  #firstAttempts = 0;
  #lastFirstAttemptAtMs = NaN;
  #deliveredByThen = 0;
  #lastDeliveredAtMs = NaN;

  constructor(endpoints: number) {
    this.#byEndpoint = Array.from({ length: endpoints }, () => 0);
  }

  /** An attempt has come. */
  count({ deliveryId, number, atMs }: ReceivedAttempt): void {
    const before = this.#deliveries.get(deliveryId) ?? 0;
    const bit = 1 << (Math.min(number, ATTEMPT_BITS) - 1);
    this.#requests += 1;
    if ((before & bit) !== 0 && number < ATTEMPT_BITS) {
      this.#repeatedAttempts += 1;
      if (number === 1) this.#repeatedFirstAttempts += 1;
    }
    if (number === 1) {
      this.#firstAttempts += 1;
      this.#lastFirstAttemptAtMs = atMs;
      this.#deliveredByThen = this.#delivered;
    }
    this.#deliveries.set(deliveryId, before | bit);
  }

  /** It is answered with 200. */
  countDelivered({ deliveryId, endpoint, path, seq, atMs }: ReceivedAttempt): void {
    const before = this.#deliveries.get(deliveryId) ?? 0;
    if ((before & DELIVERED) !== 0) {
      this.#deliveredAgain += 1;
      return;
    }
    this.#deliveries.set(deliveryId, before | DELIVERED);
    this.#delivered += 1;
    // One that came early may be answered late.
    if (!(this.#lastDeliveredAtMs >= atMs)) this.#lastDeliveredAtMs = atMs;
    this.#byEndpoint[endpoint]! += 1;
    this.#byPath.set(path, (this.#byPath.get(path) ?? 0) + 1);
    this.#seq.push(seq);
    this.#endpoint.push(endpoint);
    this.#atMs.push(atMs);
  }

  progress(): Progress {
    return {
      requests: this.#requests,
      seen: this.#deliveries.size,
      delivered: this.#delivered,
      deliveredByEndpoint: this.#byEndpoint,
    };
  }

  tally(): Tally {
    return {
      ...this.progress(),
      deliveredAgain: this.#deliveredAgain,
      repeatedAttempts: this.#repeatedAttempts,
      repeatedFirstAttempts: this.#repeatedFirstAttempts,
      gaps: [...this.#deliveries.values()].filter(hasGap).length,
      firstAttempts: this.#firstAttempts,
      lastFirstAttemptAtMs: this.#lastFirstAttemptAtMs,
      deliveredByThen: this.#deliveredByThen,
      lastDeliveredAtMs: this.#lastDeliveredAtMs,
      deliveredByPath: Object.fromEntries(this.#byPath),
    };
  }

  arrivals(): Arrivals {
    return {
      seq: Int32Array.from(this.#seq),
      endpoint: Int32Array.from(this.#endpoint),
      atMs: Float64Array.from(this.#atMs),
    };
  }
}

/** True unless the attempts are 1, 2, … up to the last. */
function hasGap(delivery: number): boolean {
  const attempts = delivery & ~DELIVERED;
  return (attempts & (attempts + 1)) !== 0;
}
