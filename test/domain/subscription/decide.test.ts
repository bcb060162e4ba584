import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../../domain/subscription/decide.ts';
import { createSubscriptionDirectory } from '../../../domain/subscription/directory.ts';
import { settingsBytes } from '../../../domain/subscription/settings-size.ts';
import {
  evolve,
  initialState,
  isLive,
  previousSecretAt,
  type Subscription,
} from '../../../domain/subscription/subscription.ts';
import type { AccountId, SubscriptionId } from '../../../schemas/ids.ts';
import {
  type Sealed,
  type SubscriptionCommand,
  SubscriptionEvent,
} from '../../../schemas/subscription-log.ts';
import { specFor } from '../../given.ts';
import { SETTINGS } from './subscription-log.ts';

const ID = 'wh_00000000000000000001' as SubscriptionId;
const ACCOUNT = 'default' as AccountId;
const AT = '2026-01-01T00:00:00.000Z';
const SECRET = 'v1.sealed' as Sealed;

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
const SECOND_SECRET = 'v1.second' as Sealed;
const rotate = (overlapSeconds: number, secret = SECOND_SECRET): SubscriptionCommand => ({
  ...from,
  type: 'RotateSecret',
  secret,
  overlapSeconds,
});
const setSecret = (secret: Sealed): SubscriptionCommand => ({
  ...from,
  type: 'UpdateSubscription',
  changes: {},
  secret,
  active: null,
});
const reencrypt = (resealed: Readonly<Record<string, string>>): SubscriptionCommand => ({
  ...from,
  type: 'ReencryptSubscription',
  resealed: resealed as Readonly<Record<Sealed, Sealed>>,
});
const remove: SubscriptionCommand = { ...from, type: 'DeleteSubscription' };

const fact = (version: number) => ({
  schema_version: 2 as const,
  subscription_id: ID,
  account_id: ACCOUNT,
  version,
  at: AT,
  actor: 'key:admin',
  source_ip: null,
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
const rotated: SubscriptionEvent = {
  ...fact(2),
  type: 'SubscriptionSecretRotated',
  secret: SECOND_SECRET,
  previous_secret: SECRET,
  previous_secret_expires_at: '2026-01-01T01:00:00.000Z',
};
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

describe('a fact', () => {
  it('names the address that the request came from', () =>
    given(created)
      .when({ ...pause, sourceIp: '192.0.2.1' })
      .then({ ...paused, source_ip: '192.0.2.1' }));
  it('names none where no request asked for it', () => given(created).when(pause).then(paused));
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

describe('settings that become large', () => {
  const MOST = settingsBytes({ ...SETTINGS, description: 'é'.repeat(500) });
  const describedIn = (length: number): SubscriptionCommand => ({
    ...from,
    type: 'UpdateSubscription',
    changes: { description: 'é'.repeat(length) },
    secret: null,
    active: null,
    mostBytes: MOST,
  });
  const large: SubscriptionEvent = { ...created, settings: { ...SETTINGS, description: 'é'.repeat(900) } };

  it('are taken up to the limit', () =>
    given(created)
      .when(describedIn(500))
      .then({
        ...fact(2),
        type: 'SubscriptionUpdated',
        changes: { description: 'é'.repeat(500) },
        secret: null,
      }));
  it('are refused above it, with what they would come to', () =>
    given(created)
      .when(describedIn(501))
      .thenRefused({ code: 'settings_too_large', bytes: MOST + 2 }));
  it('may become smaller where they are above it already', () =>
    given(large)
      .when(describedIn(800))
      .then({
        ...fact(2),
        type: 'SubscriptionUpdated',
        changes: { description: 'é'.repeat(800) },
        secret: null,
      }));
  it('are taken as they are from a command of a time without a limit', () =>
    given(created)
      .when(update({ description: 'é'.repeat(900) }))
      .then({
        ...fact(2),
        type: 'SubscriptionUpdated',
        changes: { description: 'é'.repeat(900) },
        secret: null,
      }));
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

describe('rotating the secret', () => {
  const rotateUnlike = {
    ...from,
    type: 'RotateSecret',
    secret: SECOND_SECRET,
    overlapSeconds: 3_600,
  } as const;
  it('keeps the one before until the overlap is over', () =>
    given(created).when(rotate(3_600)).then(rotated));
  it('again keeps the secret of the rotation before, and drops the one before that', () =>
    given(created, rotated)
      .when(rotate(3_600, 'v1.third' as Sealed))
      .then({ ...rotated, version: 3, secret: 'v1.third' as Sealed, previous_secret: SECOND_SECRET }));
  it('without an overlap ends the one before at once', () =>
    given(created)
      .when(rotate(0))
      .then({ ...rotated, previous_secret_expires_at: AT }));
  it('is done where the present secret is the one that was read', () =>
    given(created)
      .when({ ...rotateUnlike, presentSecret: SECRET })
      .then(rotated));
  it('is refused where the present secret is another by now', () =>
    given(created, rotated)
      .when({ ...rotateUnlike, presentSecret: SECRET })
      .thenRefused({ code: 'secret_changed', actual: 2 }));
  it.each([paused, disabled])('is possible after $type', (before) =>
    given(created, before)
      .when(rotate(3_600))
      .then({ ...rotated, version: 3 }),
  );
  it('is refused under another version than the one expected', () =>
    given(created, paused)
      .when({ ...rotate(0), expectedVersion: 1 })
      .thenRefused({ code: 'version_mismatch', expected: 1, actual: 2 }));
});

describe('re-encrypting', () => {
  const HEADER = 'v1.header' as Sealed;
  const settings = { ...SETTINGS, headers: { 'X-A': HEADER } };
  const withHeader: SubscriptionEvent = { ...created, settings };
  const reencrypted = (version: number, secret: string, header: string): SubscriptionEvent => ({
    ...fact(version),
    type: 'SubscriptionReencrypted',
    secret: secret as Sealed,
    previous_secret: null,
    changes: { headers: { 'X-A': header as Sealed }, tls: null },
  });

  it('replaces every sealed text that is named, in one version', () =>
    given(withHeader)
      .when(reencrypt({ [SECRET]: 'v1.secret-2', [HEADER]: 'v1.header-2' }))
      .then(reencrypted(2, 'v1.secret-2', 'v1.header-2')));
  it('replaces the previous secret too, and leaves when it expires as it is', () => {
    const resealed = { [SECRET]: 'v1.first-2', [SECOND_SECRET]: 'v1.second-2' };
    const decision = decideHere(reencrypt(resealed), [created, rotated].reduce(evolve, initialState()));
    const log = [created, rotated, ...(decision.ok ? decision.events : [])];
    expect(log.reduce(evolve, initialState())).toMatchObject({
      version: 3,
      secret: 'v1.second-2',
      previousSecret: { secret: 'v1.first-2', expiresAt: '2026-01-01T01:00:00.000Z' },
    });
  });
  it('leaves what was changed since it was read as it is', () =>
    given(withHeader, { ...rotated, previous_secret_expires_at: AT })
      .when(reencrypt({ [SECRET]: 'v1.secret-2', [HEADER]: 'v1.header-2' }))
      .then(reencrypted(3, SECOND_SECRET, 'v1.header-2')));
  it('again changes nothing', () =>
    given(withHeader, reencrypted(2, 'v1.secret-2', 'v1.header-2'))
      .when(reencrypt({ [SECRET]: 'v1.secret-2', [HEADER]: 'v1.header-2' }))
      .then());
  it('of nothing changes nothing', () => given(created).when(reencrypt({})).then());
  it.each([paused, disabled])('is possible after $type, and leaves it so', (before) => {
    const decision = decideHere(
      reencrypt({ [SECRET]: 'v1.x' }),
      [created, before].reduce(evolve, initialState()),
    );
    const log = [created, before, ...(decision.ok ? decision.events : [])];
    const [was, is] = [[created, before], log].map((events) => events.reduce(evolve, initialState()));
    expect(is).toMatchObject({ version: 3, status: was?.status, secret: 'v1.x' });
  });
});

describe('the previous secret', () => {
  const at = (time: string, ...log: readonly SubscriptionEvent[]) => {
    const state = log.reduce(evolve, initialState());
    return isLive(state) ? previousSecretAt(state, new Date(time)) : null;
  };
  const patched: SubscriptionEvent = {
    ...fact(3),
    type: 'SubscriptionUpdated',
    changes: {},
    secret: 'v1.third' as Sealed,
  };

  it('is valid until it expires, and not from then on', () => {
    expect(at('2026-01-01T00:59:59.999Z', created, rotated)?.secret).toBe(SECRET);
    expect(at('2026-01-01T01:00:00.000Z', created, rotated)).toBeNull();
  });
  it('is none before a rotation', () => expect(at(AT, created)).toBeNull());
  it('is none after a rotation without an overlap, even for a clock that is behind', () => {
    const atOnce: SubscriptionEvent = { ...rotated, previous_secret_expires_at: AT };
    expect(at('2025-12-31T23:59:59.000Z', created, atOnce)).toBeNull();
  });
  it('is ended by a secret that is set', () => expect(at(AT, created, rotated, patched)).toBeNull());
  it('outlives every other change', () => {
    const changed: SubscriptionEvent = { ...patched, changes: { timeout: 5 }, secret: null };
    expect(at(AT, created, rotated, changed)?.secret).toBe(SECRET);
    expect(at(AT, created, rotated, { ...paused, version: 3 })?.secret).toBe(SECRET);
  });
});

describe('deleting a subscription', () => {
  it('ends it', () => given(created).when(remove).then(deleted));
  it.each([pause, resume, enable, disable, remove, rotate(0), reencrypt({}), update({ timeout: 1 })])(
    'leaves nothing to $type',
    (command) => given(created, deleted).when(command).thenRefused({ code: 'not_found' }),
  );
});

describe('the commands of another account', () => {
  it.each([pause, resume, enable, disable, remove, rotate(0), reencrypt({}), update({ timeout: 1 })])(
    'find nothing to $type',
    (command) =>
      given(created)
        .when({ ...command, accountId: 'acme' as AccountId })
        .thenRefused({ code: 'not_found' }),
  );
});

describe('any sequence of commands', () => {
  const sealed = fc.nat(5).map((n) => `v1.${n}` as Sealed);
  const settings = fc.record(
    {
      timeout: fc.integer({ min: 1, max: 120 }),
      headers: fc.dictionary(fc.constantFrom('X-A', 'X-B'), sealed),
      retry_policy: fc.record(
        { max_retries: fc.nat(9), retry_delay: fc.integer({ min: 1, max: 9 }) },
        { requiredKeys: [] },
      ),
      tls: fc.option(
        fc.record({ ca: fc.constant(null), client_certificate: fc.constant('cert'), client_key: sealed }),
      ),
    },
    { requiredKeys: [] },
  );
  const any = fc.oneof(
    fc.constantFrom(create, pause, resume, enable, disable, remove),
    fc.tuple(settings, fc.option(fc.boolean())).map(([changes, active]) => update(changes, active)),
    fc.tuple(fc.nat(604_800), sealed).map(([overlapSeconds, secret]) => rotate(overlapSeconds, secret)),
    fc.dictionary(sealed, sealed).map(reencrypt),
    sealed.map(setSecret),
  );
  const ifMatching = fc
    .tuple(any, fc.option(fc.nat(8)))
    .map(([command, expectedVersion]) => ({ ...command, expectedVersion }));
  const ofSomebody = fc
    .tuple(ifMatching, fc.constantFrom(ACCOUNT, ACCOUNT, ACCOUNT, 'acme' as AccountId))
    .map(([command, accountId]) => ({ ...command, accountId }));
  // A log that begins with its creation is the rule; the others are about what never was.
  const commands = fc.oneof(
    { weight: 4, arbitrary: fc.array(ofSomebody, { maxLength: 30 }).map((more) => [create, ...more]) },
    { weight: 1, arbitrary: fc.array(ofSomebody, { maxLength: 5 }) },
  );

  interface Run {
    readonly log: readonly SubscriptionEvent[];
    readonly state: Subscription;
  }
  const step = ({ log, state }: Run, command: SubscriptionCommand): Run => {
    const decision = decideHere(command, state);
    const events = decision.ok ? decision.events : [];
    return { log: [...log, ...events], state: events.reduce(evolve, state) };
  };
  const run = (all: readonly SubscriptionCommand[]): Run =>
    all.reduce(step, { log: [], state: initialState() });
  const holds = (law: (ran: Run) => void): void =>
    fc.assert(fc.property(commands, (all) => void law(run(all))));

  it('leaves versions without a gap', () =>
    holds(({ log }) => expect(log.map(({ version }) => version)).toEqual(log.map((_, index) => index + 1))));

  it('leaves a state that the log alone gives again', () =>
    holds(({ log, state }) => {
      expect(log.reduce(evolve, initialState())).toEqual(state);
      expect(state.version).toBe(log.length);
    }));

  it('leaves facts that are read back from Kafka as they were written', () =>
    holds(({ log }) => {
      const read = log.map((event) => SubscriptionEvent.parse(JSON.parse(JSON.stringify(event))));
      expect(read.reduce(evolve, initialState())).toEqual(log.reduce(evolve, initialState()));
    }));

  it('comes to the same where the actor dies after any of them, its append is made twice, and it rises again', () => {
    const withDeaths = commands.chain((all) =>
      fc.tuple(fc.constant(all), fc.array(fc.boolean(), { minLength: all.length, maxLength: all.length })),
    );
    fc.assert(
      fc.property(withDeaths, ([all, deaths]) => {
        const kafka: SubscriptionEvent[] = [];
        let state = initialState();
        for (const [index, command] of all.entries()) {
          const decision = decideHere(command, state);
          const events = decision.ok ? decision.events : [];
          kafka.push(...events);
          state = events.reduce(evolve, state);
          if (deaths[index] !== true) continue;
          kafka.push(...events);
          const directory = createSubscriptionDirectory();
          for (const event of kafka) directory.apply(event);
          state = directory.get(ID);
        }
        expect(state).toEqual(run(all).state);
      }),
    );
  });

  it('carries out each command whole, or not at all', () =>
    fc.assert(
      fc.property(commands, ofSomebody, (all, last) => {
        const before = run(all);
        const decision = decideHere(last, before.state);
        const after = step(before, last);
        if (!decision.ok) expect(after).toEqual(before);
        else if (last.expectedVersion !== null && last.type !== 'CreateSubscription')
          expect(before.state.version).toBe(last.expectedVersion);
      }),
    ));

  it('changes nothing for another account', () =>
    fc.assert(
      fc.property(commands, any, (all, last) => {
        const before = run([create, ...all.map((command) => ({ ...command, accountId: ACCOUNT }))]);
        const foreign = { ...last, accountId: 'acme' as AccountId };
        expect(step(before, foreign)).toEqual(before);
      }),
    ));

  it('may be repeated where a command asks for how things are to be', () =>
    fc.assert(
      fc.property(commands, fc.constantFrom(pause, resume, enable, disable, remove), (all, last) => {
        const once = step(run(all), last);
        expect(step(once, last)).toEqual(once);
      }),
    ));

  it('leaves as the previous secret the one that signed before the last rotation, if any', () =>
    holds(({ log, state }) => {
      if (!isLive(state) || state.previousSecret === null) return;
      const last = log.findLastIndex(({ type }) => type === 'SubscriptionSecretRotated');
      // Under another key it is the same secret in another text.
      if (log.slice(last).some(({ type }) => type === 'SubscriptionReencrypted')) return;
      const before = log.slice(0, last).reduce(evolve, initialState());
      expect(isLive(before) && before.secret).toBe(state.previousSecret.secret);
    }));

  it('leaves a reason with what is paused or disabled, and none with what is active', () =>
    holds(({ state }) => {
      if (isLive(state)) expect(state.statusReason === null).toBe(state.status === 'active');
    }));

  it('ends with a deletion, where there is one', () =>
    holds(({ log }) => {
      const end = log.findIndex(({ type }) => type === 'SubscriptionDeleted');
      expect(end === -1 || end === log.length - 1).toBe(true);
    }));
});

describe('an order beside batches', () => {
  const refusal = { code: 'ordered_batches' } as const;
  const aggregation = { batch_size: 10, batch_timeout: 30 };
  const settings = (more: object) => ({ ...create, settings: { ...SETTINGS, ...more } });

  it('is refused, whichever of the two was there before', () => {
    const created = (more: object) => decide(settings(more), initialState(), { subscriptionId: ID, at: AT });
    expect(created({ ordered_by: 'user_id', aggregation })).toEqual({ ok: false, refusal });
    for (const [before, after] of [
      [{ ordered_by: 'user_id' }, { aggregation }],
      [{ aggregation }, { ordered_by: 'user_id' }],
    ]) {
      const made = created(before!);
      const state = made.ok ? made.events.reduce(evolve, initialState()) : initialState();
      expect(decide(update(after!), state, { subscriptionId: ID, at: AT })).toEqual({ ok: false, refusal });
    }
  });
});
