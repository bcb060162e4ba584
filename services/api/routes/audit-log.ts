/** `GET /v1/audit-log`: who did what in the caller's account, answered from the read model. */
import { z } from 'zod';
import type { AuditPlace, AuditQueries } from '../../../infra/postgres/audit-queries.ts';
import { AuditQuery } from '../../../schemas/api.ts';
import type { AuditEntry } from '../../../schemas/audit-log.ts';
import { AuditEntryView } from '../../../schemas/audit-view.ts';
import { pageOf } from '../../../schemas/page.ts';
import { invalidFields } from '../problem.ts';
import type { Api } from '../zod-routes.ts';

export interface AuditLogRoutesDeps {
  readonly auditQueries: AuditQueries;
}

export function auditLogRoutes(app: Api, { auditQueries }: AuditLogRoutesDeps): void {
  const schema = {
    summary: 'Tell who did what',
    description:
      'Every change and every look at a secret in the account, the newest first. `from` (included) and `to` ' +
      '(excluded) speak of when it was done.',
    querystring: AuditQuery,
    response: { 200: pageOf(AuditEntryView) },
  };
  app.get('/v1/audit-log', { schema }, async (request) => {
    const { limit, cursor, ...filters } = request.query;
    const after = cursor === undefined ? null : parseCursor(cursor);
    // One more than the page, to know whether another follows.
    const found = await auditQueries.listEntries(request.caller.accountId, filters, after, limit + 1);
    const data = found.slice(0, limit);
    const last = data.at(-1);
    return { data, next_cursor: found.length > limit && last !== undefined ? cursorOf(last) : null };
  });
}

const cursorOf = ({ at, version, id }: AuditEntry): string =>
  Buffer.from(JSON.stringify([Date.parse(at), version ?? 0, id])).toString('base64url');

// Years of four digits, as entries have them. PostgreSQL does not take every time that a number can name.
const EARLIEST_MS = Date.parse('0001-01-01T00:00:00Z');
const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z');

const Cursor = z.tuple([z.int().min(EARLIEST_MS).max(LATEST_MS), z.int32(), z.string().regex(/^[\w.]+$/)]);

function parseCursor(cursor: string): AuditPlace {
  try {
    const [atMs, version, id] = Cursor.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { atMs, version, id };
  } catch {
    throw invalidFields([{ path: 'cursor', message: 'expected the next_cursor of an earlier answer' }]);
  }
}
