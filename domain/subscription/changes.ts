/** What each change of a subscription changed, for its owner to read: setting by setting, and nothing secret. */
import type { JsonValue } from '../../schemas/json.ts';
import type { Sealed, SubscriptionEvent } from '../../schemas/subscription-log.ts';
import { MASK } from '../record/masked-headers.ts';
import { evolve, initialState, isLive, type Subscription } from './subscription.ts';

/** One setting before and after. `null` where it was not there, or is not there any more. */
export interface FieldChange {
  /** Dotted, such as `url` or `retry_policy.max_retries`. */
  readonly path: string;
  readonly from: JsonValue;
  readonly to: JsonValue;
}

/** One version of a subscription: who made it, when, and what was other than in the version before. */
export interface VersionChange {
  readonly version: number;
  readonly type: SubscriptionEvent['type'];
  readonly at: string;
  readonly actor: string;
  /** In the order of the settings. Empty where what was set was so already. */
  readonly changes: readonly FieldChange[];
}

/** A setting as it is compared; `sealed` is never shown. */
type Setting = { readonly plain: JsonValue } | { readonly sealed: Sealed };

/**
 * Every version, newest first. The order of `log` does not matter, and a version that is there twice counts once.
 * `isSame` tells whether two sealed texts hold the same secret: the texts themselves differ each time.
 */
export function versionChanges(
  log: readonly SubscriptionEvent[],
  isSame: (a: Sealed, b: Sealed) => boolean,
): readonly VersionChange[] {
  const versions: VersionChange[] = [];
  let state = initialState();
  for (const event of [...log].sort((a, b) => a.version - b.version)) {
    if (event.version <= state.version) continue;
    const after = evolve(state, event);
    const { version, type, at, actor } = event;
    // The same under another key, which cannot be told any more once the older key is gone.
    const changes = type === 'SubscriptionReencrypted' ? [] : differences(state, after, isSame);
    versions.push({ version, type, at, actor, changes });
    state = after;
  }
  return versions.reverse();
}

function differences(
  before: Subscription,
  after: Subscription,
  isSame: (a: Sealed, b: Sealed) => boolean,
): readonly FieldChange[] {
  const old = settingsOf(before);
  const now = settingsOf(after);
  const paths = new Set([...old.keys(), ...now.keys()]);
  // What a deletion takes away is all that there was: its state tells enough.
  const compared = after.status === 'deleted' ? ['state'] : [...paths];
  return compared.flatMap((path) => {
    const from = old.get(path);
    const to = now.get(path);
    return areAlike(from, to, isSame) ? [] : [{ path, from: shown(from), to: shown(to) }];
  });
}

function settingsOf(subscription: Subscription): ReadonlyMap<string, Setting> {
  if (subscription.status === 'absent') return new Map();
  if (!isLive(subscription)) return new Map([['state', { plain: subscription.status }]]);
  const { headers, retry_policy: policy, tls, ...others } = subscription.settings;
  const plain = (name: string, value: unknown): [string, Setting] => [name, { plain: value as JsonValue }];
  return new Map<string, Setting>([
    ...Object.entries(others).map(([name, value]) => plain(name, value)),
    ...Object.entries(policy).map(([name, value]) => plain(`retry_policy.${name}`, value)),
    ...Object.entries(headers).map(([name, sealed]): [string, Setting] => [`headers.${name}`, { sealed }]),
    plain('tls.ca', tls?.ca ?? null),
    plain('tls.client_certificate', tls?.client_certificate ?? null),
    ['tls.client_key', tls?.client_key ? { sealed: tls.client_key } : { plain: null }],
    ['secret', { sealed: subscription.secret }],
    plain('previous_secret_expires_at', subscription.previousSecret?.expiresAt ?? null),
    plain('state', subscription.status),
    plain('state_reason', subscription.statusReason),
  ]);
}

function areAlike(
  from: Setting | undefined,
  to: Setting | undefined,
  isSame: (a: Sealed, b: Sealed) => boolean,
): boolean {
  if (from !== undefined && to !== undefined && 'sealed' in from && 'sealed' in to) {
    return from.sealed === to.sealed || isSame(from.sealed, to.sealed);
  }
  return JSON.stringify(shown(from)) === JSON.stringify(shown(to));
}

function shown(setting: Setting | undefined): JsonValue {
  if (setting === undefined) return null;
  return 'sealed' in setting ? MASK : setting.plain;
}
