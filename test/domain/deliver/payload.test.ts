import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readJson } from '../../../domain/deliver/json-text.ts';
import { deliveryBody } from '../../../domain/deliver/payload.ts';
import { DeliveryId, SubscriptionId } from '../../../schemas/ids.ts';

const CONTENT = {
  eventType: 'workflow.completed',
  occurredAt: '2024-01-15T10:30:05.123Z',
  subscriptionId: SubscriptionId.parse('wh_abc12345'),
  deliveryId: DeliveryId.parse('del_00000000000000000000'),
  dataText: '{}',
};

it('writes the keys in their order, with no space between tokens', () => {
  expect(deliveryBody({ ...CONTENT, dataText: '{"n":12345678901234567890}' })).toBe(
    '{"event":"workflow.completed","timestamp":"2024-01-15T10:30:05.123Z","webhook_id":"wh_abc12345","delivery_id":"del_00000000000000000000","data":{"n":12345678901234567890}}',
  );
});

it('is what a receiver gets that parses it and writes it again', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (data) => {
      const reading = readJson(JSON.stringify(data));
      const dataText = reading.ok ? reading.textOf((document) => document) : '';
      const body = deliveryBody({ ...CONTENT, dataText });
      expect(JSON.stringify(JSON.parse(body))).toBe(body);
    }),
  );
});
