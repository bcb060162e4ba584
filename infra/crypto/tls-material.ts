/** Looks into the certificates and keys that customers give: whether they can be used, and for how long. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';

/** PEM texts in the names of the settings. */
export interface TlsMaterial {
  readonly ca: string | null;
  readonly client_certificate: string | null;
  readonly client_key: string | null;
}

/** What is wrong with one of them, for whoever gave it. */
export interface TlsIssue {
  readonly path: keyof TlsMaterial;
  readonly message: string;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
const WARN_BEFORE_DAYS = 30;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** All that keeps `given` from being used at `now`; empty where nothing does. Never throws, and repeats no key. */
export function tlsIssues(given: TlsMaterial, now: Date): readonly TlsIssue[] {
  const { ca, client_certificate: certificate, client_key: key } = given;
  const issues = [
    ...certificateIssues('ca', ca, now),
    ...certificateIssues('client_certificate', certificate, now),
  ];
  if (key !== null) issues.push(...keyIssues(key, issues.length === 0 ? certificate : null));
  if (issues.length > 0) return issues;
  // What is well-formed may still be too weak for this OpenSSL.
  const refusal = refusalBy(() =>
    createSecureContext({ ca: ca ?? undefined, cert: certificate ?? undefined, key: key ?? undefined }),
  );
  const path = certificate === null ? 'ca' : 'client_certificate';
  return refusal === null ? [] : [{ path, message: `cannot be used: ${refusal}` }];
}

/** When the first certificate ends, and what wants doing about those that end soon. Null where there is none. */
export function tlsExpiry(
  { ca, client_certificate: clientCertificate }: Pick<TlsMaterial, 'ca' | 'client_certificate'>,
  now: Date,
): { readonly expiresAt: Date; readonly warnings: readonly string[] } | null {
  const ends = [
    ...endsOf(ca).map((end) => ({ name: 'ca', end })),
    ...endsOf(clientCertificate).map((end) => ({ name: 'client_certificate', end })),
  ].sort((a, b) => a.end.getTime() - b.end.getTime());
  const [first] = ends;
  if (first === undefined) return null;
  const warnings = ends
    .filter(({ end }) => end.getTime() - now.getTime() < WARN_BEFORE_DAYS * DAY_MS)
    .map(({ name, end }) => `${name}: ${end <= now ? 'expired' : 'expires'} on ${day(end)}`);
  return { expiresAt: first.end, warnings };
}

function certificateIssues(path: 'ca' | 'client_certificate', pem: string | null, now: Date): TlsIssue[] {
  if (pem === null) return [];
  const certificates = pem.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) return [{ path, message: 'expected a whole certificate in PEM' }];
  return certificates.flatMap((text, index) => {
    const which = certificates.length === 1 ? 'the certificate' : `certificate ${index + 1}`;
    const certificate = parsed(text);
    if (certificate === null) return [{ path, message: `${which} cannot be read` }];
    const end = new Date(certificate.validTo);
    return end <= now ? [{ path, message: `${which} expired on ${day(end)}` }] : [];
  });
}

/** `certificate` is null where it cannot be compared with. */
function keyIssues(pem: string, certificate: string | null): TlsIssue[] {
  const path = 'client_key';
  if (/-----BEGIN ENCRYPTED |Proc-Type: 4,ENCRYPTED/.test(pem))
    return [{ path, message: 'expected a key without a passphrase' }];
  let key;
  try {
    key = createPrivateKey(pem);
  } catch {
    return [{ path, message: 'the key cannot be read' }];
  }
  // The first certificate is the client's own; what follows is its chain.
  const own = certificate === null ? null : parsed(certificate.match(CERTIFICATE)?.[0] ?? '');
  return own === null || own.checkPrivateKey(key)
    ? []
    : [{ path, message: 'does not belong to client_certificate (its first certificate)' }];
}

const endsOf = (pem: string | null): Date[] =>
  (pem?.match(CERTIFICATE) ?? []).flatMap((text) => {
    const certificate = parsed(text);
    return certificate === null ? [] : [new Date(certificate.validTo)];
  });

function parsed(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}

function refusalBy(attempt: () => unknown): string | null {
  try {
    attempt();
    return null;
  } catch (error) {
    // OpenSSL's own word, such as "ee key too small": it tells nothing of the key.
    return (error as { reason?: string }).reason ?? 'refused by OpenSSL';
  }
}

const day = (date: Date): string => date.toISOString().slice(0, 10);
