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

/** How secrets may stand in an answer, the longest first. Made once for many answers. */
export type SecretForms = readonly SecretForm[];

interface SecretForm {
  readonly text: string;
  /** Where these do not stand, no beginning of it does that is long enough to matter. */
  readonly start: string;
}

/** One word, which JSON does not escape: most secrets, and quickly told. */
const PLAIN = /^[!#-[\]-~]*$/;

/**
 * Whole, word by word (an echo may leave out "Bearer"), and escaped as in JSON. The longest first: a shorter one that
 * is part of it would leave the rest of it readable.
 */
export function secretForms(secrets: readonly string[]): SecretForms {
  const texts = new Set(
    secrets.flatMap((secret) =>
      PLAIN.test(secret)
        ? secret
        : [secret, ...secret.split(/\s+/)].flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]),
    ),
  );
  return [...texts]
    .filter((text) => text.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length)
    .map((text) => ({ text, start: text.slice(0, SHORTEST_SECRET) }));
}

/** `exchange` without what its answer repeats of secrets, or begins to repeat where it was cut off. */
export function withMaskedAnswer<Exchange extends { readonly answer: Answer | null }>(
  exchange: Exchange,
  forms: SecretForms,
): Exchange {
  const { answer } = exchange;
  if (answer === null || !repeatsAny(answer, forms)) return exchange;
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, masked(value, forms)]);
  const body = maskedEnd(masked(answer.body, forms), forms);
  return {
    ...exchange,
    answer: { ...answer, body, headers: Object.fromEntries(headers) as Answer['headers'] },
  };
}

/** False for nearly every answer, which is then left as it is. */
function repeatsAny({ headers, body }: Answer, forms: SecretForms): boolean {
  const repeats = (text: string): boolean => forms.some(({ start }) => text.includes(start));
  return repeats(body) || Object.values(headers).some(repeats);
}

const masked = (text: string, forms: SecretForms): string =>
  forms.reduce((rest, form) => rest.replaceAll(form.text, MASK), text);

/** Of a long answer only the beginning is kept, which may end within a secret. */
function maskedEnd(text: string, forms: SecretForms): string {
  for (const form of forms) {
    for (let length = Math.min(form.text.length - 1, text.length); length >= SHORTEST_SECRET; length -= 1) {
      if (text.endsWith(form.text.slice(0, length))) return text.slice(0, -length) + MASK;
    }
  }
  return text;
}
