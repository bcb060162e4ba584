/**
 * The HTTP API for programs: `webhooks/client`. Paths, bodies and answers are typed by the API's own OpenAPI document,
 * so a misspelt path or field does not compile. Stands alone, in Node and in browsers.
 */
import createFetchClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './paths.ts';

export type { components, paths };

/** Answers `{data}` or, where the API refuses, `{error}` with its problem details; rejects where nobody answers. */
export type WebhooksClient = Client<paths>;

export interface ClientOptions {
  /** Where the API is, such as `https://webhooks.example.com`. */
  readonly baseUrl: string;
  /** An API key. It is sent with every request. */
  readonly key: string;
  /** What sends requests instead of the global `fetch`. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/**
 * A client of the API.
 *
 * @example
 * const client = createClient({ baseUrl: 'http://127.0.0.1:8080', key });
 * const { data, error } = await client.GET('/v1/subscriptions/{id}', { params: { path: { id: 'wh_…' } } });
 */
export const createClient = ({ baseUrl, key, fetch }: ClientOptions): WebhooksClient =>
  createFetchClient<paths>({
    baseUrl,
    headers: { authorization: `Bearer ${key}` },
    ...(fetch === undefined ? {} : { fetch }),
  });
