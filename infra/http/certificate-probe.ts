/** Looks at the certificate of an https endpoint, also of one that no request would go to. Sends nothing. */
import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { ShownCertificate } from '../../domain/diagnose/issues.ts';
import { beginPhases } from './connect-phases.ts';
import type { GuardedConnect } from './guarded-connector.ts';
import { tlsText } from './network-failure.ts';

/**
 * Opens a connection with `connect`, which must take any certificate, and closes it again.
 *
 * @returns null where no certificate was shown within `timeoutMs`: refused, no TLS, or not that far
 */
export function probeCertificate(
  connect: GuardedConnect,
  url: URL,
  timeoutMs: number,
): Promise<ShownCertificate | null> {
  return new Promise((resolve) => {
    const hostname = url.hostname.replace(/^\[|\]$/g, '');
    const target = { hostname, host: url.host, protocol: url.protocol, port: url.port };
    const attempt = connect(target, beginPhases(), (error, socket) => {
      clearTimeout(deadline);
      resolve(error === null ? shownBy(socket as TLSSocket) : null);
      socket?.destroy();
    });
    const deadline = setTimeout(() => {
      attempt?.destroy();
      resolve(null);
    }, timeoutMs);
  });
}

function shownBy(socket: TLSSocket): ShownCertificate {
  const { valid_to: end, issuer } = socket.getPeerCertificate() as Partial<PeerCertificate>;
  // The types say Error; it is the code, as text.
  const problem = socket.authorized ? null : tlsText(String(socket.authorizationError));
  const expiresMs = Date.parse(end ?? '');
  return {
    problem,
    expiresAt: Number.isNaN(expiresMs) ? null : new Date(expiresMs).toISOString(),
    issuer: [issuer?.O, issuer?.CN].flat().filter(Boolean).join(', ') || null,
  };
}
