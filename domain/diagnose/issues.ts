/** What is wrong with an endpoint, in the order in which it was tried, each with what to do about it. */
import type { Outcome } from '../deliver/outcome.ts';

/** What one request of a diagnosis came to. */
export interface Tried {
  readonly outcome: Outcome;
  /** Why no answer came; null where one did. */
  readonly error: string | null;
}

/** The certificate that an https endpoint showed, whether or not it may be trusted. */
export interface ShownCertificate {
  /** Why deliveries would refuse it, in a few words; null where they would not. */
  readonly problem: string | null;
  /** RFC 3339; null where the certificate does not tell. */
  readonly expiresAt: string | null;
  readonly issuer: string | null;
}

/** All that a diagnosis has found. */
export interface Findings {
  readonly get: Tried;
  readonly post: Tried;
  /** Null for plain http, and where the endpoint did not come so far. */
  readonly certificate: ShownCertificate | null;
  readonly now: Date;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
const WARN_BEFORE_DAYS = 14;

/** One line for each; empty where deliveries can arrive. */
export function issuesOf({ get, post, certificate, now }: Findings): readonly string[] {
  const { outcome } = get;
  if (outcome.kind === 'blocked') return [blockedIssue(outcome.address)];
  return [...getIssues(get), ...postIssues(post), ...certificateIssues(certificate, now)];
}

const blockedIssue = (address: string): string =>
  `URL is not accessible: it leads to ${address}, which is not a public address. Use a public one, or a tunnel to your machine.`;

function getIssues({ outcome, error }: Tried): readonly string[] {
  switch (outcome.kind) {
    case 'blocked':
      return [blockedIssue(outcome.address)];
    case 'unreachable':
      return outcome.failure === 'timeout'
        ? [`URL request timed out (${error}). ${adviceFor(outcome)}`]
        : [`URL is not accessible: ${error}. ${adviceFor(outcome)}`];
    case 'answered':
      return outcome.statusCode < 400
        ? []
        : [
            `URL returns ${outcome.statusCode} to a GET. That does no harm as long as a POST is answered with 2xx.`,
          ];
  }
}

function postIssues({ outcome, error }: Tried): readonly string[] {
  switch (outcome.kind) {
    case 'blocked':
      return [blockedIssue(outcome.address)];
    case 'unreachable':
      return [`POST test failed: ${error}. ${adviceFor(outcome)}`];
    case 'answered':
      return outcome.statusCode < 300
        ? []
        : [`POST endpoint returns ${outcome.statusCode}. ${adviceForStatus(outcome.statusCode)}`];
  }
}

function certificateIssues(certificate: ShownCertificate | null, now: Date): readonly string[] {
  if (certificate === null) return [];
  const { problem, expiresAt } = certificate;
  if (problem !== null)
    return [
      `SSL certificate issues: ${problem}. Install a valid certificate for this host with its whole chain, or name your own authority in tls.ca of the subscription.`,
    ];
  const daysLeft = expiresAt === null ? Infinity : (Date.parse(expiresAt) - now.getTime()) / DAY_MS;
  return daysLeft < WARN_BEFORE_DAYS
    ? [`SSL certificate expires on ${expiresAt?.slice(0, 10)}. Renew it before deliveries fail.`]
    : [];
}

function adviceFor(outcome: Extract<Outcome, { kind: 'unreachable' }>): string {
  switch (outcome.failure) {
    case 'dns_failure':
      return 'Check the host name in the url, and its DNS records.';
    case 'connection_refused':
      return 'Start the server, and check the port in the url.';
    case 'connection_reset':
      return 'See what cuts the connection: a firewall, a proxy, or the server itself.';
    case 'tls_failure':
      return 'Mend the certificate, or the port: one that speaks plain http has no TLS.';
    case 'timeout':
      return 'Open the firewall for our addresses (GET /v1/sender-ips), and answer before the work is done.';
    case 'invalid_answer':
      return 'See what listens at this port: it does not speak HTTP as it should.';
    case 'connection_failed':
      return 'Check the route to the host, and the firewall in between.';
  }
}

function adviceForStatus(statusCode: number): string {
  if (statusCode < 400) return 'Redirects are not followed: put the final url into the subscription.';
  switch (statusCode) {
    case 401:
    case 403:
      return 'A diagnosis is not signed, so this is right where signatures are checked: send a test delivery instead.';
    case 404:
      return 'Check the path in the url.';
    case 405:
      return 'Take POST at this path.';
    case 410:
      return 'It disables a subscription: answer it only to be left alone.';
    case 429:
      return 'Let more requests through for our addresses (GET /v1/sender-ips).';
  }
  return statusCode < 500
    ? 'Deliveries answered so are not retried: answer 2xx to what you take.'
    : 'Look into the log of the server.';
}
