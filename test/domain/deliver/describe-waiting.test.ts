import { expect, it } from 'vitest';
import { describeWaiting } from '../../../domain/deliver/riding.ts';

it('the row of a group says how many wait, for what most of them do, and until when', () => {
  const waiting = [
    { index: 3, attemptsMade: 1, dueAtMs: Date.parse('2024-01-15T10:30:10.000Z'), failure: 'answered 503' },
    { index: 5, attemptsMade: 2, dueAtMs: Date.parse('2024-01-15T10:30:07.000Z'), failure: 'answered 503' },
    { index: 9, attemptsMade: 1, dueAtMs: Date.parse('2024-01-15T10:31:00.000Z'), failure: 'no answer' },
  ];
  expect(describeWaiting(waiting, 250)).toBe(
    '3 of 250 deliveries wait for another attempt, the next at 2024-01-15T10:30:07.000Z; most: answered 503',
  );
});
