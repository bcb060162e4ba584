import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../../domain/subscription/decide.ts';
import { evolve, initialState, type Subscription } from '../../../domain/subscription/subscription.ts';
import type { AccountId, SubscriptionId } from '../../../schemas/ids.ts';
import type {
  Sealed,
  StoredSettings,
  SubscriptionCommand,
  SubscriptionEvent,
} from '../../../schemas/subscription-log.ts';
import { specFor } from '../../given.ts';

const ID = 'wh_00000000000000000001' as SubscriptionId;
const ACCOUNT = 'default' as AccountId;
const AT = '2026-01-01T00:00:00.000Z';
const SECRET = 'v1.sealed' as Sealed;
const SETTINGS: StoredSettings = {
  url: 'https://example.com/webhooks',
  events: ['workflow.*'],
  description: '',
  timeout: 30,
  retry_policy: { max_retries: 3, retry_delay: 5, exponential_backoff: true, max_delay: 60 },
  headers: {},
  filters: {},
  conditions: {},
  routes: [],
  aggregation: null,
  signature_scheme: 'body',
  rate_limit: null,
  ordered_by: null,
  fallback: null,
  destination: { type: 'http' },
};

const from = { actor: 'key:admin', accountId: ACCOUNT, expectedVersion: null };
const create: SubscriptionCommand = {
  ...from,
  type: 'CreateSubscription',
  settings: SETTINGS,
  secret: SECRET,
  active: true,
};
const update = (changes: object, active: boolean | null = null): SubscriptionCommand => ({
  ...from,
  type: 'UpdateSubscription',
  changes,
  secret: null,
  active,
});
const pause: SubscriptionCommand = { ...from, type: 'PauseSubscription' };
const resume: SubscriptionCommand = { ...from, type: 'ResumeSubscription' };
const enable: SubscriptionCommand = { ...from, type: 'EnableSubscription' };
const disable: SubscriptionCommand = { ...from, type: 'DisableSubscription', reason: 'endpoint_gone' };
const remove: SubscriptionCommand = { ...from, type: 'DeleteSubscription' };

const fact = (version: number) => ({
  schema_version: 1 as const,
  subscription_id: ID,
  account_id: ACCOUNT,
  version,
  at: AT,
  actor: 'key:admin',
});
const created: SubscriptionEvent = {
  ...fact(1),
  type: 'SubscriptionCreated',
  settings: SETTINGS,
  secret: SECRET,
  active: true,
};
const createdInactive: SubscriptionEvent = { ...created, active: false };
const paused: SubscriptionEvent = { ...fact(2), type: 'SubscriptionPaused' };
const disabled: SubscriptionEvent = { ...fact(2), type: 'SubscriptionDisabled', reason: 'endpoint_gone' };
const deleted: SubscriptionEvent = { ...fact(2), type: 'SubscriptionDeleted' };

const decideHere = (command: SubscriptionCommand, state: Subscription) =>
  decide(command, state, { subscriptionId: ID, at: AT });
const given = specFor({ decide: decideHere, evolve, initialState });

describe('creating a subscription', () => {
  it('makes version 1', () => given().when(create).then(created));
  it('makes a disabled one where it is not to be active', () =>
    given()
      .when({ ...create, active: false })
      .then(createdInactive));
  it('is refused where the id is taken', () =>
    given(created).when(create).thenRefused({ code: 'already_exists' }));
  it('is refused for an id that was deleted', () =>
    given(created, deleted).when(create).thenRefused({ code: 'already_exists' }));
});

describe('updating a subscription', () => {
  it('records only what was named', () =>
    given(created)
      .when(update({ description: 'new' }))
      .then({ ...fact(2), type: 'SubscriptionUpdated', changes: { description: 'new' }, secret: null }));
  it('completes a retry policy from the present one', () =>
    given(created)
      .when(update({ retry_policy: { max_retries: 9 } }))
      .then({
        ...fact(2),
        type: 'SubscriptionUpdated',
        changes: { retry_policy: { ...SETTINGS.retry_policy, max_retries: 9 } },
        secret: null,
      }));
  it('with nothing in it changes nothing', () => given(created).when(update({})).then());
  it('with active false disables it', () =>
    given(created)
      .when(update({}, false))
      .then({ ...fact(2), type: 'SubscriptionDisabled', reason: 'inactive' }));
  it('with active true resumes a paused one', () =>
    given(created, paused)
      .when(update({}, true))
      .then({ ...fact(3), type: 'SubscriptionResumed' }));
  it('with active true enables a disabled one', () =>
    given(created, disabled)
      .when(update({}, true))
      .then({ ...fact(3), type: 'SubscriptionEnabled' }));
  it('may change and enable at once, in two versions', () =>
    given(createdInactive)
      .when(update({ timeout: 5 }, true))
      .then(
        { ...fact(2), type: 'SubscriptionUpdated', changes: { timeout: 5 }, secret: null },
        { ...fact(3), type: 'SubscriptionEnabled' },
      ));
  it('is refused under another version than the one expected', () =>
    given(created, paused)
      .when({ ...update({ timeout: 5 }), expectedVersion: 1 })
      .thenRefused({ code: 'version_mismatch', expected: 1, actual: 2 }));
});

describe('pausing and resuming', () => {
  it('pauses an active one', () => given(created).when(pause).then(paused));
  it('leaves a paused one as it is', () => given(created, paused).when(pause).then());
  it('resumes a paused one', () =>
    given(created, paused)
      .when(resume)
      .then({ ...fact(3), type: 'SubscriptionResumed' }));
  it('leaves an active one as it is', () => given(created).when(resume).then());
  it('refuses to pause a disabled one', () =>
    given(created, disabled).when(pause).thenRefused({ code: 'is_disabled' }));
  it('refuses to resume a disabled one', () =>
    given(created, disabled).when(resume).thenRefused({ code: 'is_disabled' }));
});

describe('disabling and enabling', () => {
  it('disables an active one with its reason', () => given(created).when(disable).then(disabled));
  it('disables a paused one', () =>
    given(created, paused)
      .when(disable)
      .then({ ...disabled, version: 3 }));
  it('leaves a disabled one as it is', () => given(created, disabled).when(disable).then());
  it('enables a disabled one', () =>
    given(created, disabled)
      .when(enable)
      .then({ ...fact(3), type: 'SubscriptionEnabled' }));
  it('leaves a paused one paused', () => given(created, paused).when(enable).then());
});

describe('deleting a subscription', () => {
  it('ends it', () => given(created).when(remove).then(deleted));
  it.each([pause, resume, enable, disable, remove, update({ timeout: 1 })])(
    'leaves nothing to $type',
    (command) => given(created, deleted).when(command).thenRefused({ code: 'not_found' }),
  );
});

describe('the commands of another account', () => {
  it.each([pause, resume, enable, disable, remove, update({ timeout: 1 })])(
    'find nothing to $type',
    (command) =>
      given(created)
        .when({ ...command, accountId: 'acme' as AccountId })
        .thenRefused({ code: 'not_found' }),
  );
});

describe('any sequence of commands', () => {
  const command = fc.oneof(
    fc.constantFrom(create, pause, resume, enable, disable, remove),
    fc.record({ timeout: fc.integer({ min: 1, max: 120 }) }).map((changes) => update(changes)),
    fc.option(fc.boolean(), { nil: null }).map((active) => update({}, active)),
    fc
      .tuple(fc.constantFrom(pause, resume, remove), fc.nat(8))
      .map(([one, expectedVersion]) => ({ ...one, expectedVersion })),
  );
  const run = (commands: readonly SubscriptionCommand[]) =>
    commands.reduce<{ log: SubscriptionEvent[]; state: Subscription }>(
      ({ log, state }, next) => {
        const decision = decideHere(next, state);
        const events = decision.ok ? decision.events : [];
        return { log: [...log, ...events], state: events.reduce(evolve, state) };
      },
      { log: [], state: initialState() },
    );

  it('leaves versions without a gap', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        const { log } = run(commands);
        expect(log.map(({ version }) => version)).toEqual(log.map((_, index) => index + 1));
      }),
    );
  });

  it('leaves a state that the log alone gives again', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        const { log, state } = run(commands);
        expect(log.reduce(evolve, initialState())).toEqual(state);
        expect(state.version).toBe(log.length);
      }),
    );
  });

  it('ends with a deletion, where there is one', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        const { log } = run(commands);
        const end = log.findIndex(({ type }) => type === 'SubscriptionDeleted');
        expect(end === -1 || end === log.length - 1).toBe(true);
      }),
    );
  });
});
