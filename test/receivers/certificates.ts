/**
 * Makes X.509 certificates for tests, fresh in every run: nothing to expire in the repository, no private
 * key in it, and no program needed beside Node. Writes only the few parts of RFC 5280 that TLS looks at.
 */
import { createPrivateKey, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isIPv4 } from 'node:net';

const DAY_MS = 24 * 60 * 60 * 1000;

/** A certificate and its private key, both PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateRequest {
  readonly commonName: string;
  /** DNS names and IPv4 addresses that it is for. Default: none. */
  readonly hosts?: readonly string[];
  /** Who signs it. Default: itself. */
  readonly issuer?: { readonly commonName: string; readonly key: string };
  /** Days from now until it ends; negative for one that has expired. Default: 7. */
  readonly daysLeft?: number;
  /** True for one that may sign others. Default: false. */
  readonly isAuthority?: boolean;
}

export function issueCertificate(request: CertificateRequest): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer: KeyObject = request.issuer === undefined ? privateKey : createPrivateKey(request.issuer.key);
  const endsMs = Date.now() + (request.daysLeft ?? 7) * DAY_MS;
  const signedPart = sequence(
    explicit(0, integer(Buffer.from([2]))), // version 3
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    distinguishedName(request.issuer?.commonName ?? request.commonName),
    sequence(utcTime(endsMs - 365 * DAY_MS), utcTime(endsMs)),
    distinguishedName(request.commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(basicConstraints(request.isAuthority ?? false), ...subjectAltName(request.hosts))),
  );
  const certificate = sequence(signedPart, ECDSA_WITH_SHA256, bitString(sign('sha256', signedPart, signer)));
  const base64 = certificate
    .toString('base64')
    .match(/.{1,64}/g)!
    .join('\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function explicit(tag: number, content: Buffer): Buffer {
  return der(0xa0 | tag, content);
}

function integer(bytes: Buffer): Buffer {
  return der(0x02, bytes);
}

function bitString(bytes: Buffer): Buffer {
  return der(0x03, Buffer.concat([Buffer.from([0]), bytes]));
}

function objectId(...bytes: readonly number[]): Buffer {
  return der(0x06, Buffer.from(bytes));
}

const ECDSA_WITH_SHA256 = sequence(objectId(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)); // 1.2.840.10045.4.3.2

function distinguishedName(commonName: string): Buffer {
  const attribute = sequence(objectId(0x55, 0x04, 0x03), der(0x0c, Buffer.from(commonName))); // 2.5.4.3
  return sequence(der(0x31, attribute));
}

function utcTime(timeMs: number): Buffer {
  const digits = new Date(timeMs).toISOString().replace(/[-:T]/g, '').slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`));
}

function basicConstraints(isAuthority: boolean): Buffer {
  const value = sequence(...(isAuthority ? [der(0x01, Buffer.from([0xff]))] : []));
  return sequence(objectId(0x55, 0x1d, 0x13), der(0x04, value)); // 2.5.29.19
}

function subjectAltName(hosts: readonly string[] = []): Buffer[] {
  if (hosts.length === 0) return [];
  const names = hosts.map((host) =>
    isIPv4(host) ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host)),
  );
  return [sequence(objectId(0x55, 0x1d, 0x11), der(0x04, sequence(...names)))]; // 2.5.29.17
}
