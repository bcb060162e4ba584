import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DeliveryIdentity,
  deliveryIdText,
  formatDeliveryId,
} from '../../../domain/deliver/delivery-id.ts';
import { sha256 } from '../../../infra/crypto/hash.ts';
import { AccountId, DeliveryId, EventId, SubscriptionId } from '../../../schemas/ids.ts';

const IDENTITY: DeliveryIdentity = {
  accountId: AccountId.parse('default'),
  eventId: EventId.parse('evt_1'),
  eventType: 'workflow.completed',
  subscriptionId: SubscriptionId.parse('wh_abc12345'),
  replayId: null,
};
const idOf = (identity: DeliveryIdentity) => formatDeliveryId(sha256(deliveryIdText(identity)));

it('stays what it is from release to release: a delivery that is started again must meet its own id', () => {
  expect(deliveryIdText(IDENTITY)).toBe('["default","evt_1","workflow.completed","wh_abc12345",null]');
  expect(idOf(IDENTITY)).toBe('del_zwjymtfae7d6pc97f04bbbhv2ws82f39');
});

it.each<Partial<DeliveryIdentity>>([
  { accountId: AccountId.parse('other') },
  { eventId: EventId.parse('evt_2') },
  { eventType: 'workflow.failed' },
  { subscriptionId: SubscriptionId.parse('wh_abc12346') },
  { replayId: 'rpl_1' },
])('is another with %j', (change) => {
  expect(idOf({ ...IDENTITY, ...change })).not.toBe(idOf(IDENTITY));
});

it('hashes no two identities as one text, whatever characters they hold', () => {
  const part = fc.string({
    unit: fc.constantFrom('a', '"', ',', '\\', '[', ']', 'null', '\ud800', '\udc00'),
  });
  const identity = fc
    .tuple(part, part, part, part, fc.option(part, { nil: null }))
    .map(([accountId, eventId, eventType, subscriptionId, replayId]) => ({
      ...({ accountId, eventId, subscriptionId } as Pick<
        DeliveryIdentity,
        'accountId' | 'eventId' | 'subscriptionId'
      >),
      eventType,
      replayId,
    }));
  fc.assert(
    fc.property(identity, identity, (left, right) => {
      const areEqual = (Object.keys(left) as (keyof DeliveryIdentity)[]).every(
        (name) => left[name] === right[name],
      );
      expect(deliveryIdText(left) === deliveryIdText(right)).toBe(areEqual);
    }),
    { numRuns: 2_000 },
  );
});

describe('the format', () => {
  const digest = fc.uint8Array({ minLength: 20, maxLength: 64 });

  it('is that of a delivery id', () => {
    fc.assert(fc.property(digest, (bytes) => DeliveryId.safeParse(formatDeliveryId(bytes)).success));
  });

  it('is del_ and 32 characters of one case', () => {
    fc.assert(fc.property(digest, (bytes) => /^del_[0-9a-z]{32}$/.test(formatDeliveryId(bytes))));
  });

  it('holds the first 160 bits of the digest', () => {
    fc.assert(
      fc.property(digest, (bytes) => {
        const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
        const number = [...formatDeliveryId(bytes).slice(4)].reduce(
          (sum, character) => sum * 32n + BigInt(alphabet.indexOf(character)),
          0n,
        );
        expect(number.toString(16).padStart(40, '0')).toBe(
          Buffer.from(bytes.subarray(0, 20)).toString('hex'),
        );
      }),
    );
  });
});
