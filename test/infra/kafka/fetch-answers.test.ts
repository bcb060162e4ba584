import { expect, it } from 'vitest';
import { FetchAnswers } from '../../../infra/kafka/fetch-answers.ts';

/** Within 1,500 ms and quiet for 20. */
const areComplete = (answers: FetchAnswers, nowMs: number): boolean => answers.areComplete(nowMs, 1_500, 20);

it('a consumer that has not asked yet has heard nothing', () => {
  expect(areComplete(new FetchAnswers(), 0)).toBe(false);
});

it('one silent broker counts, however often the others answer', () => {
  const answers = new FetchAnswers();
  const ask = (nowMs: number, brokers: readonly number[]): void => {
    for (const broker of brokers) answers.answered(broker, nowMs);
    for (const broker of brokers) answers.asked(broker, nowMs);
  };
  ask(100, [1, 2]);
  expect(areComplete(answers, 200)).toBe(true);
  ask(1_100, [1]);
  expect(areComplete(answers, 1_700)).toBe(false);
  ask(1_710, [2]);
  expect(areComplete(answers, 1_800)).toBe(true);
});

it('a broker that was asked a moment ago may have something to tell', () => {
  const answers = new FetchAnswers();
  answers.asked(1, 0);
  answers.answered(1, 100);
  answers.asked(1, 101);
  expect(areComplete(answers, 110)).toBe(false);
  expect(areComplete(answers, 121)).toBe(true);
});

it('while what it told is handed over, there may be more', () => {
  const answers = new FetchAnswers();
  answers.asked(1, 0);
  answers.answered(1, 100);
  expect(areComplete(answers, 500)).toBe(false);
});

it('asking again is no answer', () => {
  const answers = new FetchAnswers();
  answers.asked(1, 0);
  answers.answered(1, 100);
  answers.asked(1, 5_000);
  expect(areComplete(answers, 5_100)).toBe(false);
});

it('a broker that is asked no more is waited for no more', () => {
  const answers = new FetchAnswers();
  for (const broker of [1, 2]) answers.asked(broker, 0);
  for (const broker of [1, 2]) answers.answered(broker, 100);
  answers.answered(1, 100_000);
  answers.asked(1, 100_000);
  expect(areComplete(answers, 100_500)).toBe(true);
});
