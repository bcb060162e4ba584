/** How a subscription's requests prove who they come from, and whom they trust, beyond what https does alone. */
import { z } from 'zod';

const PEM_LABEL = /-----BEGIN ([A-Z0-9 ]+)-----/g;
const labelsOf = (pem: string): string[] => Array.from(pem.matchAll(PEM_LABEL), ([, label]) => label ?? '');

/** Shown and kept in clear, so a bundle with the key in it is refused. */
const Certificates = z
  .string()
  .max(65_536)
  .refine((pem) => {
    const labels = labelsOf(pem);
    return labels.length > 0 && labels.every((label) => label === 'CERTIFICATE');
  }, 'expected certificates in PEM (-----BEGIN CERTIFICATE-----), and nothing else');

const PrivateKey = z
  .string()
  .max(16_384)
  .refine((pem) => {
    const labels = labelsOf(pem);
    return labels.length > 0 && labels.filter((label) => label.endsWith('PRIVATE KEY')).length === 1;
  }, 'expected one private key in PEM (-----BEGIN PRIVATE KEY-----); an answer shows *** in its place');

/** `tls` of a subscription. The certificates themselves are looked into by infra/crypto/tls-material.ts. */
export const TlsSettings = z
  .strictObject({
    /** Authorities to trust besides the public ones. */
    ca: Certificates.nullable().default(null),
    /** What requests show of themselves: the certificate, then the chain to its authority. */
    client_certificate: Certificates.nullable().default(null),
    client_key: PrivateKey.nullable().default(null),
  })
  .superRefine(({ ca, client_certificate: certificate, client_key: key }, context) => {
    if (certificate !== null && key === null)
      context.addIssue({
        code: 'custom',
        path: ['client_key'],
        message: 'expected the key of client_certificate',
      });
    if (key !== null && certificate === null)
      context.addIssue({
        code: 'custom',
        path: ['client_certificate'],
        message: 'expected the certificate of client_key',
      });
    if (ca === null && certificate === null && key === null)
      context.addIssue('expected ca, or client_certificate with client_key; null for neither');
  });
export type TlsSettings = z.infer<typeof TlsSettings>;

/** As answers show it. */
export const TlsView = z.strictObject({
  ca: z.string().nullable(),
  client_certificate: z.string().nullable(),
  /** `***` where there is one. */
  client_key: z.string().nullable(),
  /** When the first of the certificates ends. */
  expires_at: z.iso.datetime().nullable(),
  /** What wants doing: certificates that have expired, or will within 30 days. */
  warnings: z.array(z.string()),
});
export type TlsView = z.infer<typeof TlsView>;
