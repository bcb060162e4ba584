/**
 * Whether a consumer has heard all that the brokers it reads from had to tell a moment ago. kafkajs does not tell that it
 * has lost one, only that it asks and that it has an answer, which may be empty. It asks again once it has handed over
 * what it was answered, and a broker that has something more answers at once.
 */

/** A broker that is asked no more has left the cluster. Longer than a request takes before it is asked again. */
const FORGOTTEN_AFTER_MS = 60_000;

interface Broker {
  askedAtMs: number;
  answeredAtMs: number;
  isAsked: boolean;
}

/** The answers to one consumer. Moments are in milliseconds, of a clock that never goes back. */
export class FetchAnswers {
  readonly #brokers = new Map<number, Broker>();

  /** A broker is asked for records. */
  asked(broker: number, nowMs: number): void {
    const asked = this.#of(broker);
    asked.askedAtMs = nowMs;
    asked.isAsked = true;
  }

  /** It has answered. */
  answered(broker: number, nowMs: number): void {
    const answering = this.#of(broker);
    answering.answeredAtMs = nowMs;
    answering.isAsked = false;
  }

  /**
   * True where each of the brokers, and there is one, has answered within `silentAtMostMs`, was asked again, and has had
   * nothing to answer for `quietForMs`.
   */
  areComplete(nowMs: number, silentAtMostMs: number, quietForMs: number): boolean {
    for (const [broker, { askedAtMs }] of this.#brokers) {
      if (askedAtMs < nowMs - FORGOTTEN_AFTER_MS) this.#brokers.delete(broker);
    }
    return (
      this.#brokers.size > 0 &&
      [...this.#brokers.values()].every(
        ({ askedAtMs, answeredAtMs, isAsked }) =>
          isAsked && answeredAtMs >= nowMs - silentAtMostMs && askedAtMs <= nowMs - quietForMs,
      )
    );
  }

  #of(broker: number): Broker {
    const known = this.#brokers.get(broker) ?? {
      askedAtMs: -Infinity,
      answeredAtMs: -Infinity,
      isAsked: false,
    };
    this.#brokers.set(broker, known);
    return known;
  }
}
