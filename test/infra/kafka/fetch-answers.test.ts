import { expect, it } from 'vitest';
import { FetchAnswers } from '../../../infra/kafka/fetch-answers.ts';

it('a consumer that has not asked yet has no answers', () => {
  expect(new FetchAnswers().haveAllComeSince(0, 0)).toBe(false);
});

it('one silent broker counts, however often the others answer', () => {
  const answers = new FetchAnswers();
  for (const broker of [1, 2]) answers.asked(broker, 0);
  for (const broker of [1, 2]) answers.answered(broker, 100);
  expect(answers.haveAllComeSince(100, 200)).toBe(true);
  for (const broker of [1, 2]) answers.asked(broker, 200);
  answers.answered(1, 1_200);
  expect(answers.haveAllComeSince(1_000, 1_200)).toBe(false);
  answers.answered(2, 1_300);
  expect(answers.haveAllComeSince(1_000, 1_300)).toBe(true);
});

it('asking again is no answer', () => {
  const answers = new FetchAnswers();
  answers.asked(1, 0);
  answers.answered(1, 100);
  answers.asked(1, 5_000);
  expect(answers.haveAllComeSince(4_000, 5_000)).toBe(false);
});

it('a broker that is asked no more is waited for no more', () => {
  const answers = new FetchAnswers();
  for (const broker of [1, 2]) answers.asked(broker, 0);
  for (const broker of [1, 2]) answers.answered(broker, 100);
  answers.asked(1, 100_000);
  answers.answered(1, 100_500);
  expect(answers.haveAllComeSince(100_000, 101_000)).toBe(true);
});
