import { describe, expect, it } from 'vitest';
import { claimedAccount, claimsEventId, type RefusedRecord } from '../../../domain/record/dead-letter.ts';

const refused = (
  text: string | null,
  headers: Record<string, string> = {},
  key: string | null = null,
): RefusedRecord => ({
  key,
  text,
  header: (name) => headers[name],
  source: { topic: 'platform.events', partition: 2, offset: '17' },
});

describe('a refused record is taken for an event', () => {
  it.each([
    ['by its id', refused('{"id":"evt_1","event":5}')],
    ['by its id, however it is escaped', refused('{"id":"\\u0065vt_1"}')],
    ['by the header of a CloudEvent', refused('{}', { ce_id: 'evt_1' })],
    ['by the header id', refused('{}', { id: 'evt_1' })],
    ['by the id in what is no JSON', refused('{"id":"evt_1","event":')],
    ['by its key where it names none', refused('[]', {}, 'evt_1')],
  ])('%s', (_by, record) => {
    expect(claimsEventId(record, 'evt_1')).toBe(true);
    expect(claimsEventId(record, 'evt_2')).toBe(false);
  });

  it('by its place where nothing else names it', () => {
    expect(claimsEventId(refused(null), 'platform.events-2-17')).toBe(true);
    expect(claimsEventId(refused('{"id":"evt_1"}'), 'platform.events-2-17')).toBe(false);
  });

  it('never by an id that is only the beginning of its own', () => {
    expect(claimsEventId(refused('{"id":"evt_12","data":'), 'evt_1')).toBe(false);
  });
});

describe('a refused record belongs to', () => {
  it.each([
    ['the account that it names', refused('{"account_id":"acme"}'), 'acme'],
    ['the account of its CloudEvent', refused('{"accountid":"acme"}'), 'acme'],
    ['the account of its header', refused('[]', { ce_accountid: 'acme' }), 'acme'],
    ['the default where it names none', refused('{"account_id":7}'), 'default'],
    ['the default where it cannot be read', refused('{"account_id":"acme"'), 'default'],
  ])('%s', (_whose, record, account) => {
    expect(claimedAccount(record, 'default')).toBe(account);
  });
});
