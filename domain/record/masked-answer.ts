/**
 * An answer as it may be kept and shown. Endpoints that echo what they were sent would put the customer's credentials,
 * which are sealed everywhere else, into the log and the read models in clear.
 */
import { MASK } from './masked-headers.ts';

/** What an answer brought. */
interface Answer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Shorter texts are no credentials, and would take out what only happens to be the same. */
const SHORTEST_SECRET = 8;

/**
 * `exchange` without what its answer repeats of `secrets`: whole, word by word (an echo may leave out "Bearer"),
 * escaped as in JSON, or cut off where the answer was.
 */
export function withMaskedAnswer<Exchange extends { readonly answer: Answer | null }>(
  exchange: Exchange,
  secrets: readonly string[],
): Exchange {
  const { answer } = exchange;
  if (answer === null) return exchange;
  const forms = formsOf(secrets);
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, masked(value, forms)]);
  const body = maskedEnd(masked(answer.body, forms), forms);
  return {
    ...exchange,
    answer: { ...answer, body, headers: Object.fromEntries(headers) as Answer['headers'] },
  };
}

/** One word, which JSON does not escape: most secrets, and quickly told. */
const PLAIN = /^[!#-[\]-~]*$/;

/** The longest first: a shorter one that is part of it would leave the rest of it readable. */
function formsOf(secrets: readonly string[]): readonly string[] {
  const forms = new Set(
    secrets.flatMap((secret) =>
      PLAIN.test(secret)
        ? secret
        : [secret, ...secret.split(/\s+/)].flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]),
    ),
  );
  return [...forms].filter((form) => form.length >= SHORTEST_SECRET).sort((a, b) => b.length - a.length);
}

const masked = (text: string, forms: readonly string[]): string =>
  forms.reduce((rest, form) => (rest.includes(form) ? rest.replaceAll(form, MASK) : rest), text);

/** Of a long answer only the beginning is kept, which may end within a secret. */
function maskedEnd(text: string, forms: readonly string[]): string {
  for (const form of forms) {
    for (let length = Math.min(form.length - 1, text.length); length >= SHORTEST_SECRET; length -= 1) {
      if (text.endsWith(form.slice(0, length))) return text.slice(0, -length) + MASK;
    }
  }
  return text;
}
