/**
 * Every read model: which topics it is made from, by which rule, and its tables. What is listed here is followed by
 * the projector and takes part in a rebuild; nothing else is.
 */
import type { AuditEntryOf } from '../../domain/record/audit-entry.ts';
import type { ProjectDeliveries } from '../../domain/record/project-deliveries.ts';
import { AUDITED_TOPICS, decodeAuditedFact } from '../kafka/audit-log.ts';
import { decodeDeliveryEvent, decodeHeldRecord, decodeKnownSubscriptionEvent } from '../kafka/event-log.ts';
import { DELIVERY_LOG, HELD_DELIVERIES, SUBSCRIPTION_LOG } from '../kafka/topics.ts';
import { HELD_PROJECTION, writeHeld } from '../postgres/held-deliveries.ts';
import {
  SUBSCRIPTION_STATES,
  writeSubscriptionStates,
  type EvolveUnseen,
} from '../postgres/subscription-states.ts';
import { writeAuditEntries } from '../postgres/write-audit-entries.ts';
import { writeDeliveries } from '../postgres/write-deliveries.ts';
import { createProjection, type Projection, type ProjectionDeps } from './projection.ts';

export interface ReadModel {
  /** Under which its offsets are kept. */
  readonly name: string;
  readonly topics: readonly string[];
  /** Projectors share the partitions of the topics in this group. */
  readonly consumerGroup: string;
  /** Its tables and no others, in the order in which its transactions lock them. */
  readonly tables: readonly string[];
  readonly project: (deps: ProjectionDeps) => Projection;
}

/** The folds, which only services may name. */
export interface ReadModelRules {
  readonly projectDeliveries: ProjectDeliveries;
  readonly auditEntryOf: AuditEntryOf;
  readonly evolveUnseen: EvolveUnseen;
}

/** All of them. */
export const readModels = (rules: ReadModelRules): readonly ReadModel[] => [
  {
    name: 'deliveries',
    topics: [DELIVERY_LOG],
    consumerGroup: 'webhooks-projector',
    tables: ['deliveries', 'attempts', 'batch_contents', 'response_times', 'subscription_stats'],
    project: (deps) =>
      createProjection(
        { name: 'deliveries', decode: decodeDeliveryEvent, write: writeDeliveries(rules.projectDeliveries) },
        deps,
      ),
  },
  {
    name: 'audit',
    topics: AUDITED_TOPICS,
    consumerGroup: 'webhooks-projector-audit',
    tables: ['audit_entries'],
    project: (deps) =>
      createProjection(
        { name: 'audit', decode: decodeAuditedFact, write: writeAuditEntries(rules.auditEntryOf) },
        deps,
      ),
  },
  {
    name: SUBSCRIPTION_STATES,
    topics: [SUBSCRIPTION_LOG],
    // With the name of its format in it: a new format begins with the first record.
    consumerGroup: `webhooks-projector-${SUBSCRIPTION_STATES}`,
    tables: ['subscription_states'],
    project: (deps) =>
      createProjection(
        {
          name: SUBSCRIPTION_STATES,
          decode: decodeKnownSubscriptionEvent,
          write: writeSubscriptionStates(rules.evolveUnseen),
        },
        deps,
      ),
  },
  {
    name: HELD_PROJECTION,
    topics: [HELD_DELIVERIES],
    consumerGroup: 'webhooks-projector-held',
    tables: ['held_deliveries'],
    project: (deps) =>
      createProjection(
        {
          name: HELD_PROJECTION,
          decode: (value, _topic, key) => decodeHeldRecord(value, key),
          write: writeHeld,
        },
        deps,
      ),
  },
];
