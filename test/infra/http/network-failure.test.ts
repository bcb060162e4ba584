import { describe, expect, it } from 'vitest';
import { BlockedTargetError, UnresolvedTargetError } from '../../../infra/http/guarded-connector.ts';
import { failureOf, type Circumstances } from '../../../infra/http/network-failure.ts';

const CONNECTING: Circumstances = { progress: 'connecting', closedByPeer: false };

function coded(code: string, rest: object = {}): Error {
  return Object.assign(new Error('text that decides nothing'), { code, ...rest });
}

it.each([
  ['ECONNREFUSED', 'connection_refused'],
  ['ECONNRESET', 'connection_reset'],
  ['ECONNABORTED', 'connection_reset'],
  ['EPIPE', 'connection_reset'],
  ['UND_ERR_SOCKET', 'connection_reset'],
  ['ETIMEDOUT', 'timeout'],
  ['CERT_HAS_EXPIRED', 'tls_failure'],
  ['CERT_REVOKED', 'tls_failure'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls_failure'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'tls_failure'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls_failure'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'tls_failure'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls_failure'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls_failure'],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'tls_failure'],
  ['INVALID_PURPOSE', 'tls_failure'],
  ['EPROTO', 'tls_failure'],
  ['HPE_INVALID_CONSTANT', 'invalid_answer'],
  ['UND_ERR_HEADERS_OVERFLOW', 'invalid_answer'],
  ['EHOSTUNREACH', 'connection_failed'],
  ['ENETUNREACH', 'connection_failed'],
  ['EMFILE', 'connection_failed'],
  ['ERR_INVALID_IP_ADDRESS', 'connection_failed'],
  ['', 'connection_failed'],
])('%s is %s', (code, failure) => {
  expect(failureOf(coded(code), CONNECTING).outcome).toEqual({ kind: 'unreachable', failure });
});

it.each([
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'endpoint asks for a client certificate'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'endpoint does not trust the client certificate'],
])('an alert of the endpoint (%s) is told in words', (code, text) => {
  const awaiting: Circumstances = { progress: 'awaiting_answer', closedByPeer: true };
  expect(failureOf(coded(code), awaiting)).toEqual({
    outcome: { kind: 'unreachable', failure: 'tls_failure' },
    text,
  });
});

it.each([
  [undefined],
  [null],
  ['ECONNREFUSED'],
  [new Error('connect ECONNREFUSED')],
  [{ code: 42 }],
  [new AggregateError([])],
])('what has no code is connection_failed, whatever its text: %s', (error) => {
  expect(failureOf(error, CONNECTING).outcome).toEqual({ kind: 'unreachable', failure: 'connection_failed' });
});

it('errors of the connector keep what they say', () => {
  expect(failureOf(new BlockedTargetError('10.0.0.1'), CONNECTING).outcome).toEqual({
    kind: 'blocked',
    address: '10.0.0.1',
  });
  expect(failureOf(new UnresolvedTargetError('a.example', coded('ENOTFOUND')), CONNECTING)).toEqual({
    outcome: { kind: 'unreachable', failure: 'dns_failure' },
    text: 'a.example does not resolve (ENOTFOUND)',
  });
});

describe('of several addresses', () => {
  it('the failure that says most counts', () => {
    const error = new AggregateError([
      coded('ENETUNREACH', { address: '2001:db8::1', port: 443 }),
      coded('ECONNREFUSED', { address: '192.0.2.1', port: 443 }),
    ]);
    expect(failureOf(error, CONNECTING)).toEqual({
      outcome: { kind: 'unreachable', failure: 'connection_refused' },
      text: 'connection refused by 192.0.2.1:443',
    });
  });

  it('the first failure counts where none says more', () => {
    const error = new AggregateError([
      coded('ENETUNREACH', { address: '2001:db8::1', port: 443 }),
      coded('EHOSTUNREACH'),
    ]);
    expect(failureOf(error, CONNECTING).text).toBe('connection to [2001:db8::1]:443 failed (ENETUNREACH)');
  });
});

describe('in the midst of an answer', () => {
  const atEnd: Circumstances = { progress: 'reading_body', closedByPeer: true };

  it('a parser that misses the end tells of a closed connection', () => {
    const code = 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
    expect(failureOf(coded(code), atEnd).outcome).toMatchObject({ failure: 'connection_reset' });
  });

  it.each<Circumstances>([
    { progress: 'reading_body', closedByPeer: false },
    { progress: 'reading_headers', closedByPeer: true },
  ])('a parser that complains otherwise tells of an invalid answer: %j', (circumstances) => {
    const code = 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
    expect(failureOf(coded(code), circumstances).outcome).toMatchObject({ failure: 'invalid_answer' });
  });

  it('a connection that undici gave up, and nobody closed, tells of an invalid answer', () => {
    const circumstances: Circumstances = { progress: 'reading_headers', closedByPeer: false };
    expect(failureOf(coded('UND_ERR_SOCKET'), circumstances).outcome).toMatchObject({
      failure: 'invalid_answer',
    });
  });
});
