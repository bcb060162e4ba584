/** The read models as routes ask them: while PostgreSQL is away, the answer is 503 and no fault of ours. */
import type { AuditQueries } from '../../infra/postgres/audit-queries.ts';
import type { DeliveryQueries } from '../../infra/postgres/delivery-queries.ts';
import { isPostgresAway } from '../../infra/postgres/pool.ts';
import { Problem } from './problem.ts';

/** The same queries; one that PostgreSQL cannot be asked rejects with a 503. */
export const readModels = (queries: DeliveryQueries): DeliveryQueries => ({
  listDeliveries: orUnavailable(queries.listDeliveries),
  getDelivery: orUnavailable(queries.getDelivery),
  flushedBy: orUnavailable(queries.flushedBy),
  getStats: orUnavailable(queries.getStats),
});

/** Of the audit log: the same. What is done meanwhile is in Kafka, and shows up afterwards. */
export const auditReadModel = (queries: AuditQueries): AuditQueries => ({
  listEntries: orUnavailable(queries.listEntries),
  encryptionRotatedAt: orUnavailable(queries.encryptionRotatedAt),
});

/** The same for any other question to PostgreSQL. */
export const orUnavailable =
  <Args extends readonly unknown[], Answer>(ask: (...args: Args) => Promise<Answer>) =>
  (...args: Args): Promise<Answer> =>
    ask(...args).catch((error: unknown) => {
      throw isPostgresAway(error)
        ? new Problem(
            503,
            'Deliveries go on, but nothing of the past can be looked up at the moment. Try again.',
          )
        : error;
    });
