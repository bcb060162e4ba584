/** The ids of the workflows that carry deliveries. A delivery's own workflow has the id of the delivery. */
import type { RecordPlace } from '../../schemas/delivery.ts';
import type { DeliveryId, SubscriptionId } from '../../schemas/ids.ts';

const RELEASE_PREFIX = 'release:';

/** The actor that releases what a subscription has held. */
export const releaseId = (subscriptionId: SubscriptionId): string => `${RELEASE_PREFIX}${subscriptionId}`;

/** True for the id of such an actor. A delivery may name it and wait for its turn while no workflow runs. */
export const isReleaseId = (workflowId: string): boolean => workflowId.startsWith(RELEASE_PREFIX);

const GROUP_PREFIX = 'group:';

/** True for the id of a group. */
export const isGroupId = (workflowId: string): boolean => workflowId.startsWith(GROUP_PREFIX);

/** A group, named for the place of its first event: a chunk that a crash had begun is asked for by this name. */
export const groupId = ({ topic, partition, offset }: RecordPlace): string =>
  `${GROUP_PREFIX}${topic}:${partition}:${offset}`;

/**
 * A further group of one event, whose deliveries are too many for one. Named for what is in it too, by the `digest` of its
 * deliveries' ids: after a crash the event may be cut elsewhere, for other limits or for one subscription more, and a
 * number would speak for deliveries that the group does not hold.
 */
export const partId = (place: RecordPlace, digest: string): string => `${groupId(place)}:${digest}`;

/** A group of batches, named for the first of them: flushed again after a crash, the same batches are the same group. */
export const batchGroupId = (first: DeliveryId): string => `${GROUP_PREFIX}batches:${first}`;
