import { expect, it } from 'vitest';
import { maskedHeaders } from '../../../domain/record/masked-headers.ts';

it('masks the values of custom headers, whatever the case of their names, and nothing else', () => {
  const sent = { 'X-Broxi-Signature': 'abc', 'user-agent': 'theirs', Authorization: 'Bearer secret' };
  expect(maskedHeaders(sent, ['User-Agent', 'AUTHORIZATION', 'X-Not-Sent'])).toEqual({
    'X-Broxi-Signature': 'abc',
    'user-agent': '***',
    Authorization: '***',
  });
});
