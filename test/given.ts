import { expect } from 'vitest';
type Decided<E, R> =
  { readonly ok: true; readonly events: readonly E[] } | { readonly ok: false; readonly refusal: R };
/** given(past events).when(command).then(new events) or .thenRefused(refusal), for any decider. */
export const specFor =
  <C, S, E, R>(d: {
    decide: (c: C, s: S) => Decided<E, R>;
    evolve: (s: S, e: E) => S;
    initialState: () => S;
  }) =>
  (...past: readonly E[]) => ({
    when: (command: C) => {
      const decided = d.decide(command, past.reduce(d.evolve, d.initialState()));
      return {
        then: (...events: readonly E[]) => {
          expect(decided).toEqual({ ok: true, events });
        },
        thenRefused: (refusal: R) => {
          expect(decided).toEqual({ ok: false, refusal });
        },
      };
    },
  });
