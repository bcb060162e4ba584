import { expect, it } from 'vitest';
import { DeliveryEvent } from '../../schemas/delivery-log.ts';
import { attempted } from '../domain/record/delivery-history.ts';

it('reads a record from before requests and timings were kept, and says that they are not known', () => {
  const { request_headers: _headers, timings: _timings, ...old } = attempted(1, 1_000, 1, 'succeed');
  expect(DeliveryEvent.parse(old)).toEqual({ ...old, request_headers: null, timings: null });
});
