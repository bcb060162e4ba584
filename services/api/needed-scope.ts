/** Which scope a route needs: looking needs `read`, changing needs `write`, and these are the exceptions. */
import type { Scope } from '../../schemas/api-key-log.ts';

/** By method and path, as the server knows them. A test holds each to a route that there is. */
export const EXCEPTIONS: ReadonlyMap<string, Scope> = new Map<string, Scope>([
  // Whoever has it can sign as we do; with `write` one could set another secret anyway.
  ['GET /v1/subscriptions/:id/secret', 'write'],
  // It tells who did what, of people who need not know it of each other.
  ['GET /v1/audit-log', 'admin'],
  // Questions that are too long for a query.
  ['POST /v1/explain', 'read'],
  ['POST /v1/subscriptions/preview', 'read'],
  ['GET /v1/encryption', 'admin'],
  ['POST /v1/encryption/rotate', 'admin'],
  ['PUT /v1/event-types/:type', 'admin'],
  ['DELETE /v1/event-types/:type', 'admin'],
  ['GET /v1/api-keys', 'admin'],
  ['POST /v1/api-keys', 'admin'],
  ['DELETE /v1/api-keys/:id', 'admin'],
]);

/** `path` as it was registered: `/v1/subscriptions/:id`. */
export function neededScope(method: string, path: string): Scope {
  const asked = method === 'HEAD' ? 'GET' : method;
  return EXCEPTIONS.get(`${asked} ${path}`) ?? (asked === 'GET' ? 'read' : 'write');
}
