/**
 * Since when the brokers that a consumer reads from have been silent. kafkajs does not tell that it has lost one, only
 * that it asks and that it has an answer, which may be empty.
 */

/** A broker that is asked no more has left the cluster. Longer than a request takes before it is asked again. */
const FORGOTTEN_AFTER_MS = 60_000;

/** The answers to one consumer. Moments are in milliseconds, of a clock that never goes back. */
export class FetchAnswers {
  readonly #brokers = new Map<number, { askedAtMs: number; answeredAtMs: number }>();

  /** A broker is asked for records. */
  asked(broker: number, nowMs: number): void {
    this.#of(broker).askedAtMs = nowMs;
  }

  /** It has answered. */
  answered(broker: number, nowMs: number): void {
    this.#of(broker).answeredAtMs = nowMs;
  }

  /** True where each of the brokers has answered since then, and there is one. */
  haveAllComeSince(sinceMs: number, nowMs: number): boolean {
    for (const [broker, { askedAtMs }] of this.#brokers) {
      if (askedAtMs < nowMs - FORGOTTEN_AFTER_MS) this.#brokers.delete(broker);
    }
    return (
      this.#brokers.size > 0 &&
      [...this.#brokers.values()].every(({ answeredAtMs }) => answeredAtMs >= sinceMs)
    );
  }

  #of(broker: number): { askedAtMs: number; answeredAtMs: number } {
    const known = this.#brokers.get(broker) ?? { askedAtMs: -Infinity, answeredAtMs: -Infinity };
    this.#brokers.set(broker, known);
    return known;
  }
}
