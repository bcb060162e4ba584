/** `GET /v1/audit-log`: who did what in the caller's account, answered from the read model. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AuditPlace, AuditQueries } from '../../../infra/postgres/audit-queries.ts';
import { AuditQuery } from '../../../schemas/api.ts';
import type { AuditEntry } from '../../../schemas/audit-log.ts';
import { parse } from '../parse.ts';
import { invalidFields } from '../problem.ts';

export interface AuditLogRoutesDeps {
  readonly auditQueries: AuditQueries;
}

export function auditLogRoutes(app: FastifyInstance, { auditQueries }: AuditLogRoutesDeps): void {
  app.get('/v1/audit-log', async (request) => {
    const { limit, cursor, ...filters } = parse(AuditQuery, request.query);
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

const Cursor = z.tuple([z.int(), z.int32(), z.string().regex(/^[\w.]+$/)]);

function parseCursor(cursor: string): AuditPlace {
  try {
    const [atMs, version, id] = Cursor.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { atMs, version, id };
  } catch {
    throw invalidFields([{ path: 'cursor', message: 'expected the next_cursor of an earlier answer' }]);
  }
}
