/** The HTTP API as the CLI uses it. What it refuses, and what keeps it from answering, is told in clear lines. */
import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';
import { z } from 'zod';
import { parseRetryAfterMs } from '../../domain/deliver/retry-after.ts';
import type { ApiAddress } from './api-address.ts';
import { CliFailure, failed } from './failure.ts';
import { printable } from './printable.ts';

/** A 2xx answer. */
export interface ApiAnswer {
  /** As it came, for `--json`: no number is rounded on its way. Empty for a 204. */
  readonly text: string;
  /** Parsed, for tables. Null where `text` is empty. */
  readonly body: unknown;
}

/** A parameter that is undefined is left out. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/**
 * Every method throws a CliFailure (1) where the answer is no 2xx, or none comes within a minute. A 429 is waited out
 * as long as its `Retry-After` asks for, which the minute bounds too: commands may ask for more than a key may at once.
 */
export interface ApiClient {
  readonly get: (path: string, query?: Query) => Promise<ApiAnswer>;
  /** `json` is sent as it stands. */
  readonly post: (path: string, json?: string) => Promise<ApiAnswer>;
  readonly patch: (path: string, json: string) => Promise<ApiAnswer>;
  readonly delete: (path: string) => Promise<ApiAnswer>;
}

/** The API is slowest where it begins a delivery again: up to 5 s for its end to show, and 30 s to read its event. */
const PATIENCE_MS = 60_000;

const Problem = z.looseObject({
  detail: z.string().optional(),
  title: z.string().optional(),
  errors: z.array(z.looseObject({ path: z.string(), message: z.string() })).optional(),
});

/** A client of the API at `baseUrl`. */
export function createApiClient({ baseUrl, key }: ApiAddress): ApiClient {
  const send = async (method: string, path: string, query: Query = {}, json?: string): Promise<ApiAnswer> => {
    const { statusCode, contentType, text } = await exchange(
      baseUrl,
      `${baseUrl}${path}${queryText(query)}`,
      {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          accept: 'application/json',
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(json === undefined ? {} : { body: json }),
      },
    );
    const body = parseJson(text);
    if (statusCode >= 200 && statusCode < 300 && (text === '' || body !== undefined)) {
      return { text, body: text === '' ? null : body };
    }
    const problem = statusCode >= 400 ? Problem.safeParse(body) : undefined;
    if (problem?.success !== true) {
      throw failed(
        `${baseUrl} answered ${statusCode} with ${contentType || 'no content type'}, not as this API does; is WEBHOOKS_API_URL right?`,
      );
    }
    throw new CliFailure(1, refusal(statusCode, problem.data).map(printable).join('\n'), {
      statusCode,
      text,
    });
  };
  return {
    get: (path, query) => send('GET', path, query),
    post: (path, json) => send('POST', path, {}, json),
    patch: (path, json) => send('PATCH', path, {}, json),
    delete: (path) => send('DELETE', path),
  };
}

/** One line for each field that is wrong; else one for what is wrong. */
function refusal(statusCode: number, problem: z.infer<typeof Problem>): readonly string[] {
  if (problem.errors !== undefined && problem.errors.length > 0) {
    return problem.errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  }
  const detail = problem.detail ?? problem.title ?? `the API answered ${statusCode}`;
  return [statusCode === 401 ? `${detail} (set WEBHOOKS_API_KEY)` : detail];
}

interface Exchange {
  readonly statusCode: number;
  readonly contentType: string;
  readonly text: string;
  /** Null where the answer does not say. */
  readonly retryAfterMs: number | null;
}

interface ExchangeOptions {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

/** The first answer that is no 429, or the 429 that asks for more patience than is left. */
async function exchange(baseUrl: string, url: string, options: ExchangeOptions): Promise<Exchange> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await exchangeOnce(baseUrl, url, options);
    const { statusCode, retryAfterMs } = answer;
    if (statusCode !== 429 || retryAfterMs === null || performance.now() + retryAfterMs > deadlineMs) {
      return answer;
    }
    await delay(retryAfterMs);
  }
}

async function exchangeOnce(baseUrl: string, url: string, options: ExchangeOptions): Promise<Exchange> {
  try {
    const { statusCode, headers, body } = await request(url, {
      ...options,
      method: options.method as 'GET',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return {
      statusCode,
      contentType: String(headers['content-type'] ?? ''),
      text: await body.text(),
      retryAfterMs: parseRetryAfterMs(headers['retry-after']?.toString(), Date.now()),
    };
  } catch (error) {
    const { name, code, message } = error as Error & { code?: unknown };
    throw failed(
      name === 'TimeoutError'
        ? `the API at ${baseUrl} gave no answer within ${PATIENCE_MS / 1_000} s`
        : `cannot reach the API at ${baseUrl} (${typeof code === 'string' ? code : message}); is \`npm start\` running?`,
    );
  }
}

function queryText(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

/** Undefined where it is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
