/** Passes a delivery on to a program under development: the same bytes and headers, to another url. */
import { request } from 'undici';
import type { LocalDelivery } from '../../infra/http/local-receiver.ts';

export type Forwarded =
  | { readonly kind: 'answered'; readonly statusCode: number; readonly durationMs: number }
  /** `code` is the system's or the client's, such as ECONNREFUSED. */
  | { readonly kind: 'failed'; readonly code: string };

/** As long as a subscription waits by default. */
const PATIENCE_MS = 30_000;

/** What belongs to one connection; undici makes its own for the next. */
const OF_CONNECTION = new Set([
  'host',
  'connection',
  'keep-alive',
  'content-length',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'expect',
]);

/** POSTs to `url` once. Follows no redirect; drops the answer's body. `ending` cuts it off. */
export async function forward(url: string, delivery: LocalDelivery, ending: AbortSignal): Promise<Forwarded> {
  const startedMs = performance.now();
  try {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: headersToForward(delivery.rawHeaders),
      body: delivery.body,
      signal: AbortSignal.any([ending, AbortSignal.timeout(PATIENCE_MS)]),
    });
    await body.dump();
    return { kind: 'answered', statusCode, durationMs: performance.now() - startedMs };
  } catch (error) {
    const { code, name } = error as Error & { code?: unknown };
    return { kind: 'failed', code: typeof code === 'string' ? code : name };
  }
}

function headersToForward(rawHeaders: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    if (!OF_CONNECTION.has(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}
