import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../domain/deliver/outcome.ts';
import { type Findings, issuesOf, type Tried } from '../../../domain/diagnose/issues.ts';

const answered = (statusCode: number): Tried => ({
  outcome: { kind: 'answered', statusCode, retryAfterMs: null },
  error: null,
});
const without = (failure: Extract<Outcome, { kind: 'unreachable' }>['failure'], error: string): Tried => ({
  outcome: { kind: 'unreachable', failure },
  error,
});
const NOW = new Date('2024-01-15T10:30:00Z');
const found = (more: Partial<Findings>): readonly string[] =>
  issuesOf({ get: answered(200), post: answered(200), certificate: null, now: NOW, ...more });
const certificate = (expiresAt: string, problem: string | null = null) => ({
  certificate: { problem, expiresAt, issuer: 'Authority' },
});

describe('a diagnosis', () => {
  it('finds nothing wrong with an endpoint that answers with 2xx and has a certificate for long', () => {
    expect(found(certificate('2024-06-01T00:00:00.000Z'))).toEqual([]);
  });

  it.each<[string, Partial<Findings>, RegExp]>([
    ['a GET that is refused', { get: answered(405) }, /^URL returns 405 to a GET\. .*POST/],
    [
      'a name that does not resolve',
      { get: without('dns_failure', 'a does not resolve') },
      /^URL is not accessible: a does not resolve\. .*DNS/,
    ],
    [
      'a server that is down',
      { get: without('connection_refused', 'refused') },
      /^URL is not accessible: refused\. Start/,
    ],
    [
      'a server that is slow',
      { get: without('timeout', 'no answer within 10 s') },
      /^URL request timed out \(no answer within 10 s\)/,
    ],
    ['a POST that is not taken', { post: answered(405) }, /^POST endpoint returns 405\. Take POST/],
    [
      'a POST that wants a signature',
      { post: answered(401) },
      /^POST endpoint returns 401\. .*test delivery/,
    ],
    ['a POST that is redirected', { post: answered(308) }, /^POST endpoint returns 308\. .*final url/],
    ['a POST that fails', { post: answered(500) }, /^POST endpoint returns 500\. .*log/],
    ['a POST that breaks off', { post: without('connection_reset', 'cut') }, /^POST test failed: cut\. See/],
    [
      'a certificate that is refused',
      certificate('2024-06-01T00:00:00.000Z', 'certificate is self-signed'),
      /^SSL certificate issues: certificate is self-signed\. /,
    ],
    [
      'a certificate that ends soon',
      certificate('2024-01-28T00:00:00.000Z'),
      /^SSL certificate expires on 2024-01-28\. Renew/,
    ],
  ])('tells of %s, and what to do', (_, more, issue) => {
    expect(found(more)).toEqual([expect.stringMatching(issue)]);
  });

  it('tells them in the order in which they were tried', () => {
    const issues = found({
      get: answered(500),
      post: answered(404),
      ...certificate('2024-01-16T00:00:00.000Z'),
    });
    expect(issues.map((issue) => issue.split(' ').slice(0, 2).join(' '))).toEqual([
      'URL returns',
      'POST endpoint',
      'SSL certificate',
    ]);
  });

  it('says of a target that is not public nothing but that', () => {
    const blocked: Tried = { outcome: { kind: 'blocked', address: '10.0.0.1' }, error: 'no' };
    expect(found({ get: blocked, post: blocked })).toEqual([
      expect.stringMatching(
        /^URL is not accessible: it leads to 10\.0\.0\.1, which is not a public address\./,
      ),
    ]);
  });
});
