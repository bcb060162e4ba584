import fc from 'fast-check';
import { expect, it } from 'vitest';
import { secretForms, withMaskedAnswer } from '../../../domain/record/masked-answer.ts';

const answered = (body: string, headers: Record<string, string> = {}) => ({ answer: { body, headers } });
const masked = <Exchange extends Parameters<typeof withMaskedAnswer>[0]>(
  exchange: Exchange,
  secrets: readonly string[],
) => withMaskedAnswer(exchange, secretForms(secrets));
const TOKEN = 'a-token-of-the-customer';

it('an answer that repeats a secret is kept without it, in its body and its headers', () => {
  const echo = answered(`{"token":"${TOKEN}"} ${TOKEN}`, { 'x-echo': `was ${TOKEN}`, etag: 'x' });
  expect(masked(echo, [TOKEN])).toEqual(answered('{"token":"***"} ***', { 'x-echo': 'was ***', etag: 'x' }));
});

it('a credential is masked also without the word before it', () => {
  expect(masked(answered(`token=${TOKEN}`), [`Bearer ${TOKEN}`])).toEqual(answered('token=***'));
});

it('a secret that JSON escapes is masked as it stands there', () => {
  const secret = 'with "quotes" and \\';
  expect(masked(answered(JSON.stringify({ secret })), [secret])).toEqual(answered('{"secret":"***"}'));
});

it('the beginning of a secret is masked where the answer was cut off in it', () => {
  expect(masked(answered(`{"token":"${TOKEN.slice(0, 12)}`), [TOKEN])).toEqual(answered('{"token":"***'));
});

it('what is too short to be a credential takes nothing out of an answer', () => {
  const answer = answered('{"environment":"production","count":1}', { 'x-count': '1' });
  expect(masked(answer, ['1', 'prod'])).toEqual(answer);
});

it('an exchange without an answer is as it was', () => {
  expect(masked({ answer: null }, [TOKEN])).toEqual({ answer: null });
});

it('no secret of eight characters or more is left, whatever others there are', () => {
  const secrets = fc.array(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 8, maxLength: 12 }), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(secrets, fc.string(), (given, between) => {
      const { body } = masked(answered(given.join(between) + between), given).answer;
      for (const secret of given) expect(body).not.toContain(secret);
    }),
  );
});
