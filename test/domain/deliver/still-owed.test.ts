import { expect, it } from 'vitest';
import { attemptsIfOwed } from '../../../domain/deliver/still-owed.ts';

it('owes what has not ended, and what nothing is known of yet', () => {
  expect(attemptsIfOwed({}, 0, null)).toBe(0);
  for (const status of ['pending', 'retrying', 'held'] as const) {
    expect(attemptsIfOwed({}, 1, { status, attempts: 1 })).toBe(1);
  }
});

it('counts on from the attempts that are known where it was held once more', () => {
  expect(attemptsIfOwed({}, 0, { status: 'retrying', attempts: 2 })).toBe(2);
});

it('owes nothing more of what has ended by an attempt after it was held', () => {
  for (const status of ['succeeded', 'exhausted', 'blocked'] as const) {
    expect(attemptsIfOwed({}, 0, { status, attempts: 1 })).toBeNull();
  }
});

it('owes nothing more of what was cancelled while an attempt that failed was on the wire', () => {
  expect(attemptsIfOwed({}, 2, { status: 'cancelled', attempts: 2 })).toBeNull();
});

it('owes what was begun again after its end, although the end is all that is known', () => {
  for (const status of ['succeeded', 'exhausted', 'blocked', 'cancelled'] as const) {
    expect(attemptsIfOwed({ attemptsBefore: 4 }, 4, { status, attempts: 4 })).toBe(4);
    expect(attemptsIfOwed({ attemptsBefore: 4 }, 5, { status, attempts: 4 })).toBe(5);
  }
});
