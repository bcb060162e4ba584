/** The entry of the workflow bundle: what is exported here is what workers can run. */
export { batch } from './batch.ts';
export { delivery } from './delivery.ts';
export { failureWatch } from './failure-watch.ts';
export { diagnosis } from './diagnosis.ts';
export { deliveryGroup } from './delivery-group.ts';
export { release } from './release.ts';
export { subscription } from './subscription.ts';
export { testDelivery } from './test-delivery.ts';
