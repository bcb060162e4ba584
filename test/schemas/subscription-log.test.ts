import { expect, it } from 'vitest';
import { SubscriptionEvent } from '../../schemas/subscription-log.ts';
import { changed, created, SETTINGS } from '../domain/subscription/subscription-log.ts';

it('reads the settings of before tls was offered as settings without it', () => {
  const { tls: _tls, ...old } = SETTINGS;
  expect(SubscriptionEvent.parse({ ...created(1), settings: old })).toEqual(created(1));
});

it('reads a change as what it names and nothing else', () => {
  const change = changed(2, { type: 'SubscriptionUpdated', changes: { timeout: 5 }, secret: null });
  expect(SubscriptionEvent.parse(change)).toEqual(change);
});
