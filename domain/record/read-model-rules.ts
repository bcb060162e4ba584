/** The rules by which records become read models, for the programs that make them. */
import { evolveUnseen } from '../subscription/subscription.ts';
import { auditEntryOf } from './audit-entry.ts';
import { projectDeliveries } from './project-deliveries.ts';

/** One for each read model of `infra/projections/read-models.ts`. */
export const READ_MODEL_RULES = { projectDeliveries, auditEntryOf, evolveUnseen };
