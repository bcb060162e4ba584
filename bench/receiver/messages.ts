/** What the bench and its receiver tell each other. */

/** How an endpoint answers. `share` in [0, 1]. */
export type Behaviour =
  | { readonly kind: 'answer'; readonly status: number }
  /** 503 to so many of the first attempts, chosen at random; 200 to the rest. */
  | { readonly kind: 'fail_first_attempts'; readonly share: number }
  /** 200 after a while. */
  | { readonly kind: 'slow'; readonly delayMs: number };

export type Request =
  | { readonly ask: 'listen'; readonly endpoints: number }
  | { readonly ask: 'behave'; readonly endpoint: number | 'all'; readonly behaviour: Behaviour }
  | { readonly ask: 'progress'; readonly run: string }
  | { readonly ask: 'tally'; readonly run: string }
  | { readonly ask: 'arrivals'; readonly run: string };

export interface Answers {
  /** The port of each endpoint. */
  readonly listen: readonly number[];
  readonly behave: null;
  readonly progress: Progress;
  readonly tally: Tally;
  readonly arrivals: Arrivals;
}

/** How far a run has come. Cheap to ask for while it is measured. */
export interface Progress {
  readonly requests: number;
  /** Different deliveries that have come, and that were answered with 200. */
  readonly seen: number;
  readonly delivered: number;
  /** By endpoint, in the order of `listen`. */
  readonly deliveredByEndpoint: readonly number[];
}

/** What came of one run. Times in milliseconds since 1970; NaN where there was none. */
export interface Tally extends Progress {
  /** Deliveries that were answered with 200 more than once. */
  readonly deliveredAgain: number;
  /** Requests with a delivery id and attempt number that had come before; those with number 1 among them. */
  readonly repeatedAttempts: number;
  readonly repeatedFirstAttempts: number;
  /** Deliveries of which an attempt came and not all attempts with smaller numbers. */
  readonly gaps: number;
  readonly firstAttempts: number;
  readonly lastFirstAttemptAtMs: number;
  /** How many had been delivered when the last first attempt came. */
  readonly deliveredByThen: number;
  /** When the last came of those that were answered with 200; NaN where there is none. */
  readonly lastDeliveredAtMs: number;
  /** By the last part of the url's path. */
  readonly deliveredByPath: Readonly<Record<string, number>>;
}

/** The attempts that were answered with 200, in the order of their coming. All three of one length. */
export interface Arrivals {
  /** `data.seq` of the event. */
  readonly seq: Int32Array;
  readonly endpoint: Int32Array;
  readonly atMs: Float64Array;
}
