/** The actor of a subscription, with Kafka in the test's hands. */
import { KafkaJSProtocolError } from 'kafkajs';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { initialState } from '../../domain/subscription/subscription.ts';
import { createSendCommand } from '../../infra/temporal/subscription-actors.ts';
import type { SubscriptionId } from '../../schemas/ids.ts';
import type { Sealed, SubscriptionCommand } from '../../schemas/subscription-log.ts';
import { SUBSCRIPTION_ACTOR } from '../../workflows/messages.ts';
import { ACCOUNT, settingsFor, startDeliveryEnv } from './delivery-env.ts';

let stage: Awaited<ReturnType<typeof startDeliveryEnv>>;
beforeAll(async () => {
  stage = await startDeliveryEnv();
});
afterAll(() => stage.stop());
beforeEach(() => {
  stage.world.subscription = initialState();
  stage.world.appendSubscription = () => Promise.resolve();
});

const from = { actor: 'key:admin', accountId: ACCOUNT, expectedVersion: null };
const create: SubscriptionCommand = {
  ...from,
  type: 'CreateSubscription',
  settings: settingsFor('https://example.com/webhooks'),
  secret: 'v1.sealed' as Sealed,
  active: true,
};
const update: SubscriptionCommand = {
  ...from,
  type: 'UpdateSubscription',
  changes: { description: 'changed' },
  secret: null,
  active: null,
};

const sendTo = (id: string) => (command: SubscriptionCommand) =>
  createSendCommand(stage.env.client, SUBSCRIPTION_ACTOR, 20_000)(id as SubscriptionId, command);

const statusOf = async (id: string): Promise<string> =>
  (await stage.env.client.workflow.getHandle(id).describe()).status.name;

it('a create that is refused leaves no actor behind', async () => {
  const { settings } = create;
  const aggregation = { batch_size: 2, batch_timeout: 30, max_batch_bytes: 1_000_000 };
  const send = sendTo('wh_nevermade');
  expect(
    await send({ ...create, settings: { ...settings, ordered_by: 'user_id', aggregation } }),
  ).toMatchObject({ reply: { refusal: { code: 'ordered_batches' } } });
  await expect.poll(() => statusOf('wh_nevermade'), { timeout: 10_000 }).toBe('COMPLETED');
});

it('an actor that has ended so wakes again for a create that is taken', async () => {
  const send = sendTo('wh_madeatlast');
  await send({ ...from, type: 'PauseSubscription' });
  await expect.poll(() => statusOf('wh_madeatlast'), { timeout: 10_000 }).toBe('COMPLETED');
  expect(await send(create)).toMatchObject({ reply: { ok: true, subscription: { version: 1 } } });
  expect(await statusOf('wh_madeatlast')).toBe('RUNNING');
});

it('a change that Kafka refuses is refused, and the next one is carried out', async () => {
  const send = sendTo('wh_refusedbykafka');
  await send(create);
  stage.world.appendSubscription = () =>
    Promise.reject(
      Object.assign(new KafkaJSProtocolError(new Error('too large')), { type: 'MESSAGE_TOO_LARGE' }),
    );
  expect(await send(update)).toMatchObject({ reply: { ok: false, refusal: { code: 'record_refused' } } });
  stage.world.appendSubscription = () => Promise.resolve();
  expect(await send({ ...from, type: 'PauseSubscription' })).toMatchObject({
    reply: { ok: true, subscription: { status: 'paused', version: 2, settings: { description: '' } } },
  });
});
