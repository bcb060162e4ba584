/** Tells from the error of a failed exchange what kind of failure it was, by its code alone. */
import type { NetworkFailure, Outcome } from '../../domain/deliver/outcome.ts';
import { BlockedTargetError, UnresolvedTargetError } from './guarded-connector.ts';
import { EgressProxyError } from './proxy-connector.ts';
import { UnusableIdentityError } from './tls-identity.ts';

/** How far an exchange had come when it failed. */
export type Progress =
  /** No connection yet. */
  | 'connecting'
  /** The request went out, wholly or in part. */
  | 'awaiting_answer'
  /** The first byte of an answer is there; its headers are not complete. */
  | 'reading_headers'
  /** The answer's headers are there; its body is not complete. */
  | 'reading_body';

/** What an error alone does not tell. */
export interface Circumstances {
  readonly progress: Progress;
  /** True where the other side ended or reset the connection, before or after the error. */
  readonly closedByPeer: boolean;
}

/** A failed exchange, for the retry rule and for a person. */
export interface Failure {
  readonly outcome: Exclude<Outcome, { kind: 'answered' }>;
  /** Short, and without secrets: names addresses and codes, never headers or bodies. */
  readonly text: string;
}

const TLS_CODE =
  /^(CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERROR_IN_C|ERR_TLS_|ERR_SSL_|ERR_OSSL_|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_EXCEEDED$|HOSTNAME_MISMATCH$|EPROTO$)/;

const TLS_TEXTS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'certificate has expired',
  CERT_NOT_YET_VALID: 'certificate is not valid yet',
  CERT_REVOKED: 'certificate was revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate comes from an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate comes from an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate comes from an authority that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate came without the chain to its authority',
  // What the other side says of ours.
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'endpoint asks for a client certificate',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE:
    'endpoint refused the handshake, perhaps for want of a client certificate',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'endpoint refused the client certificate',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'endpoint does not trust the client certificate',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'endpoint says that the client certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate is for another host',
};

/** What an error of TLS means, in a few words. */
export const tlsText = (code: string): string => TLS_TEXTS[code] ?? `TLS failed (${code})`;

/** Codes that mean: the other side closed the connection, with or without ceremony. */
const CLOSED_CODES: ReadonlySet<string> = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'UND_ERR_SOCKET']);

/**
 * True where the other side closed the connection. Before anything of an answer came, on a connection that
 * had carried an exchange before, this is how a request meets a keep-alive connection that ran out.
 */
export function isConnectionClosed(error: unknown): boolean {
  return CLOSED_CODES.has(codeOf(error));
}

/** The failure of an exchange whose deadline passed. */
export function deadlineFailure(progress: Progress, timeoutMs: number): Failure {
  const missing = {
    connecting: 'no connection',
    awaiting_answer: 'no answer',
    reading_headers: 'answer not complete',
    reading_body: 'answer not complete',
  }[progress];
  return unreachable('timeout', `${missing} within ${timeoutMs / 1000} s`);
}

/** The failure of an exchange that broke HTTP in a way of its own, told as `text`. */
export function invalidAnswer(text: string): Failure {
  return unreachable('invalid_answer', text);
}

/**
 * The failure of an exchange that ended with `error`: any error of the connector, of undici, of Node's
 * sockets or of TLS. What it does not know is `connection_failed`, with its code.
 */
export function failureOf(error: unknown, circumstances: Circumstances): Failure {
  if (error instanceof BlockedTargetError)
    return {
      outcome: { kind: 'blocked', address: error.address },
      text: `blocked_target: ${error.address} is not a public address`,
    };
  if (error instanceof UnresolvedTargetError) {
    const code = codeOf(error.cause);
    return unreachable('dns_failure', `${error.hostname} does not resolve${code && ` (${code})`}`);
  }
  if (error instanceof EgressProxyError) return unreachable('connection_failed', error.message);
  if (error instanceof UnusableIdentityError)
    return unreachable('tls_failure', "subscription's certificate, key or authority cannot be used");
  // A name with several addresses fails with one error for each.
  if (error instanceof AggregateError && error.errors.length > 0) {
    const failures = error.errors.map((each) => failureOf(each, circumstances));
    return failures.find(({ outcome }) => !isUnspecific(outcome)) ?? failures[0]!;
  }
  if (isBadAnswer(error, circumstances)) return invalidAnswer('answer is not valid HTTP');
  return failureOfCode(error, codeOf(error), circumstances);
}

function failureOfCode(error: unknown, code: string, { progress }: Circumstances): Failure {
  const peer = peerOf(error);
  if (code === 'ECONNREFUSED')
    return unreachable('connection_refused', `connection refused${peer && ` by ${peer}`}`);
  if (code === 'ETIMEDOUT') return unreachable('timeout', `no reply${peer && ` from ${peer}`} (ETIMEDOUT)`);
  if (TLS_CODE.test(code)) return unreachable('tls_failure', tlsText(code));
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return invalidAnswer("answer's headers are too large");
  if (isConnectionClosed(error) || isParserError(error)) {
    const when = {
      connecting: 'while connecting',
      awaiting_answer: 'before an answer came',
      reading_headers: "in the answer's headers",
      reading_body: "in the answer's body",
    }[progress];
    return unreachable('connection_reset', `connection closed ${when}`);
  }
  // undici's message for these names the header, and none of its value.
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED')
    return unreachable('connection_failed', `request cannot be sent: ${(error as Error).message}`);
  return unreachable('connection_failed', `connection${peer && ` to ${peer}`} failed${code && ` (${code})`}`);
}

/**
 * Tells an answer that breaks the rules from one that broke off, for which undici has the same errors: its
 * parser complains of both, and a status that it does not take (100, 101) looks like a closed connection.
 */
function isBadAnswer(error: unknown, { progress, closedByPeer }: Circumstances): boolean {
  if (isParserError(error)) return progress !== 'reading_body' || !closedByPeer;
  return codeOf(error) === 'UND_ERR_SOCKET' && progress === 'reading_headers' && !closedByPeer;
}

/** undici 7 gives its parser's errors a name, and means to give them codes (HPE_…), which it does not. */
function isParserError(error: unknown): boolean {
  return (
    (error instanceof Error && error.name === 'HTTPParserError') ||
    codeOf(error).startsWith('HPE_') ||
    codeOf(error) === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'
  );
}

function isUnspecific(outcome: Outcome): boolean {
  return outcome.kind === 'unreachable' && outcome.failure === 'connection_failed';
}

function unreachable(failure: NetworkFailure, text: string): Failure {
  return { outcome: { kind: 'unreachable', failure }, text };
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

/** Address and port that a socket's error is about; empty where it names none. */
function peerOf(error: unknown): string {
  const { address, port } = (error ?? {}) as { address?: string; port?: number };
  if (address === undefined) return '';
  const host = address.includes(':') ? `[${address}]` : address;
  return port === undefined ? host : `${host}:${port}`;
}
