/** What stands in place of secrets wherever people look: in the attempts of a delivery, in histories. */
export const MASK = '***';

/**
 * `sent` as it may be kept and shown. The values of `customHeaders`, whatever the case of their names, are the
 * customer's credentials. Signatures stay: they tell nothing of the secret.
 */
export function maskedHeaders(
  sent: Readonly<Record<string, string>>,
  customHeaders: readonly string[],
): Readonly<Record<string, string>> {
  if (customHeaders.length === 0) return sent;
  const secret = new Set(customHeaders.map((name) => name.toLowerCase()));
  return Object.fromEntries(
    Object.entries(sent).map(([name, value]) => [name, secret.has(name.toLowerCase()) ? MASK : value]),
  );
}
