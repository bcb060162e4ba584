/**
 * Where a subscription holds what is sealed: the one list of it. Whoever seals another setting adds it here, or a
 * change of the encryption key would pass it over; a test holds this to the schema.
 */
import type { ChangedSettings, Sealed, StoredSettings } from '../../schemas/subscription-log.ts';
import type { LiveSubscription } from './subscription.ts';

/** Every sealed text that the subscription holds now, an expired secret among them. */
export function sealedValuesOf({ secret, previousSecret, settings }: LiveSubscription): readonly Sealed[] {
  const found = previousSecret === null ? [secret] : [secret, previousSecret.secret];
  resealedSettings(settings, (sealed) => {
    found.push(sealed);
    return sealed;
  });
  return found;
}

/** The settings that hold something sealed, with what `reseal` makes of each. */
export function resealedSettings(
  { headers, tls }: StoredSettings,
  reseal: (sealed: Sealed) => Sealed,
): Required<Pick<ChangedSettings, 'headers' | 'tls'>> {
  const clientKey = tls?.client_key ?? null;
  return {
    headers: Object.fromEntries(Object.entries(headers).map(([name, sealed]) => [name, reseal(sealed)])),
    tls: tls === null ? null : { ...tls, client_key: clientKey === null ? null : reseal(clientKey) },
  };
}
