/**
 * What a command does to a subscription: the events to append, or a refusal as a value. A command that asks for a state
 * which the subscription is in already changes nothing and is no error, so that a caller may repeat it. An update is a
 * version whenever it names a setting or a secret, also with the same value, and so is every rotation.
 */
import type { SubscriptionId } from '../../schemas/ids.ts';
import type {
  Sealed,
  SettingsChanges,
  StoredSettings,
  SubscriptionCommand,
  SubscriptionEvent,
} from '../../schemas/subscription-log.ts';
import { resealedSettings, sealedValuesOf } from './sealed-values.ts';
import { settingsBytes } from './settings-size.ts';
import { isLive, type LiveSubscription, type Subscription } from './subscription.ts';

/** Why a command was not carried out. A value, so that it crosses a workflow's border whole. */
export type Refusal =
  /** Never created, deleted, or another account's: which of the three is nobody's business. */
  | { readonly code: 'not_found' }
  | { readonly code: 'already_exists' }
  | { readonly code: 'version_mismatch'; readonly expected: number; readonly actual: number }
  /** Pause and resume speak of one that is not disabled; `enable` brings it back. */
  | { readonly code: 'is_disabled' }
  /** Events that are collected into batches have no order of their own. */
  | { readonly code: 'ordered_batches' }
  /** The present secret, by version `actual`, is not the one that the command was made for. */
  | { readonly code: 'secret_changed'; readonly actual: number }
  /** The change would make the settings larger than they may be. */
  | { readonly code: 'settings_too_large'; readonly bytes: number }
  /** Kafka takes no record like the one of this change, and never will. */
  | { readonly code: 'record_refused' };

export type Decision =
  | { readonly ok: true; readonly events: readonly SubscriptionEvent[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** Where and when a command is decided. `at` is RFC 3339 in UTC. */
export interface DecisionContext {
  readonly subscriptionId: SubscriptionId;
  readonly at: string;
}

/** A fact without what `decide` adds to each: the envelope. */
type Fact = SubscriptionEvent extends infer E
  ? E extends SubscriptionEvent
    ? Omit<E, 'schema_version' | 'subscription_id' | 'account_id' | 'version' | 'at' | 'actor' | 'source_ip'>
    : never
  : never;

const refuse = (refusal: Refusal): Decision => ({ ok: false, refusal });

/** Decides `command` against `state`. The versions of the events follow the state's without a gap. */
export function decide(
  command: SubscriptionCommand,
  state: Subscription,
  context: DecisionContext,
): Decision {
  const facts = (...list: readonly Fact[]): Decision => ({
    ok: true,
    events: list.map((fact, index) => ({
      schema_version: 2,
      subscription_id: context.subscriptionId,
      account_id: command.accountId,
      version: state.version + 1 + index,
      at: context.at,
      actor: command.actor,
      source_ip: command.sourceIp ?? null,
      ...fact,
    })),
  });

  if (command.type === 'CreateSubscription') {
    if (state.status !== 'absent') return refuse({ code: 'already_exists' });
    const { settings, secret, active } = command;
    if (isOrderedBatches(settings)) return refuse({ code: 'ordered_batches' });
    return facts({ type: 'SubscriptionCreated', settings, secret, active });
  }
  if (!isLive(state) || state.accountId !== command.accountId) return refuse({ code: 'not_found' });
  if (command.expectedVersion !== null && command.expectedVersion !== state.version) {
    return refuse({ code: 'version_mismatch', expected: command.expectedVersion, actual: state.version });
  }
  switch (command.type) {
    case 'UpdateSubscription': {
      const changes = mergedChanges(command.changes, state.settings);
      const settings = { ...state.settings, ...changes };
      if (isOrderedBatches(settings)) return refuse({ code: 'ordered_batches' });
      const bytes = command.mostBytes === undefined ? 0 : settingsBytes(settings);
      // What was stored before there was a limit may still be made smaller.
      if (bytes > (command.mostBytes ?? 0) && bytes > settingsBytes(state.settings)) {
        return refuse({ code: 'settings_too_large', bytes });
      }
      const updated: Fact[] =
        Object.keys(changes).length > 0 || command.secret !== null
          ? [{ type: 'SubscriptionUpdated', changes, secret: command.secret }]
          : [];
      return facts(...updated, ...activation(command.active, state));
    }
    case 'RotateSecret':
      // By the texts, for nobody opens them here. Only who has read the present one knows that another takes its place.
      if (command.presentSecret !== undefined && command.presentSecret !== state.secret) {
        return refuse({ code: 'secret_changed', actual: state.version });
      }
      return facts({
        type: 'SubscriptionSecretRotated',
        secret: command.secret,
        previous_secret: state.secret,
        previous_secret_expires_at: secondsAfter(context.at, command.overlapSeconds),
      });
    case 'ReencryptSubscription': {
      // By the texts themselves: what was changed since they were read is under the newer key already, and stays.
      const reseal = (sealed: Sealed): Sealed => command.resealed[sealed] ?? sealed;
      if (sealedValuesOf(state).every((sealed) => reseal(sealed) === sealed)) return facts();
      return facts({
        type: 'SubscriptionReencrypted',
        secret: reseal(state.secret),
        previous_secret: state.previousSecret === null ? null : reseal(state.previousSecret.secret),
        changes: resealedSettings(state.settings, reseal),
      });
    }
    case 'PauseSubscription':
      if (state.status === 'disabled') return refuse({ code: 'is_disabled' });
      return state.status === 'paused' ? facts() : facts({ type: 'SubscriptionPaused' });
    case 'ResumeSubscription':
      if (state.status === 'disabled') return refuse({ code: 'is_disabled' });
      return state.status === 'active' ? facts() : facts({ type: 'SubscriptionResumed' });
    case 'EnableSubscription':
      return state.status === 'disabled' ? facts({ type: 'SubscriptionEnabled' }) : facts();
    case 'DisableSubscription':
      return state.status === 'disabled'
        ? facts()
        : facts({ type: 'SubscriptionDisabled', reason: command.reason });
    case 'DeleteSubscription':
      return facts({ type: 'SubscriptionDeleted' });
  }
}

const isOrderedBatches = ({ ordered_by, aggregation }: StoredSettings): boolean =>
  ordered_by !== null && aggregation !== null;

/** The settings that the patch really names, with `retry_policy` completed from the present one. */
function mergedChanges(changes: SettingsChanges, settings: StoredSettings): Partial<StoredSettings> {
  const { retry_policy: policy, ...replaced } = changes;
  return policy === undefined
    ? replaced
    : { ...replaced, retry_policy: { ...settings.retry_policy, ...policy } };
}

/** `active` in a patch: true wakes a paused or disabled subscription, false disables it. */
function activation(active: boolean | null, state: LiveSubscription): readonly Fact[] {
  if (active === null || active === (state.status === 'active')) return [];
  if (!active)
    return state.status === 'disabled' ? [] : [{ type: 'SubscriptionDisabled', reason: 'inactive' }];
  return [{ type: state.status === 'paused' ? 'SubscriptionResumed' : 'SubscriptionEnabled' }];
}

const secondsAfter = (at: string, seconds: number): string =>
  new Date(Date.parse(at) + seconds * 1_000).toISOString();
