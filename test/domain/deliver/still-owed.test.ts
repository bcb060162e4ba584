import { expect, it } from 'vitest';
import { isStillOwed } from '../../../domain/deliver/still-owed.ts';

it('owes what has not ended, and what nothing is known of yet', () => {
  expect(isStillOwed({}, 0, null)).toBe(true);
  for (const status of ['pending', 'retrying', 'held'] as const) {
    expect(isStillOwed({}, 1, { status, attempts: 1 })).toBe(true);
  }
});

it('owes nothing more of what has ended by an attempt after it was held', () => {
  for (const status of ['succeeded', 'exhausted', 'blocked'] as const) {
    expect(isStillOwed({}, 0, { status, attempts: 1 })).toBe(false);
  }
});

it('owes nothing more of what was cancelled while an attempt that failed was on the wire', () => {
  expect(isStillOwed({}, 2, { status: 'cancelled', attempts: 2 })).toBe(false);
});

it('owes what was begun again after its end, although the end is all that is known', () => {
  for (const status of ['succeeded', 'exhausted', 'blocked', 'cancelled'] as const) {
    expect(isStillOwed({ attemptsBefore: 4 }, 4, { status, attempts: 4 })).toBe(true);
    expect(isStillOwed({ attemptsBefore: 4 }, 5, { status, attempts: 4 })).toBe(true);
  }
});
