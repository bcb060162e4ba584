/** What a scenario works with: a stack, a receiver, a producer, and subscriptions from one to the other. */
import { setTimeout as delay } from 'node:timers/promises';
import pMap from 'p-map';
import { decide } from '../domain/subscription/decide.ts';
import { initialState } from '../domain/subscription/subscription.ts';
import { createSealer, keyRing } from '../infra/crypto/sealed-secret.ts';
import { createAppender } from '../infra/kafka/appender.ts';
import { createEventLog } from '../infra/kafka/event-log.ts';
import { AccountId, SubscriptionId } from '../schemas/ids.ts';
import type { Sealed, SubscriptionEvent } from '../schemas/subscription-log.ts';
import { NewSubscription } from '../schemas/subscription.ts';
import { createLoad, type Load } from './load.ts';
import type { Pids } from './processes.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { type Part, startStack, type Stack } from './stack.ts';

export interface RigOptions {
  /** Default: 1. */
  readonly endpoints?: number;
  /** Of the services. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** What the command line says for all scenarios. */
export interface RigSettings {
  readonly patienceMs: number;
  /** The service to profile; null for none. */
  readonly profiled: Part | null;
  readonly signal: AbortSignal;
}

/** A subscription to make. */
export interface SubscriptionPlan {
  /** The last part of its url: what tells it from others at the receiver. */
  readonly path: string;
  /** Which endpoint of the receiver. Default: 0. */
  readonly endpoint?: number;
  readonly eventType: string;
  /** Only events with this `data.tenant`. Default: all. */
  readonly tenant?: string;
  /** Further settings, in the words of the API. */
  readonly settings?: object;
}

export interface Rig {
  readonly stack: Stack;
  readonly receiver: Receiver;
  readonly load: Load;
  /** How long nothing may arrive before a wait is given up. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  /** The parts of the stack, the receiver, and this process, which produces. */
  pids(): Pids;
  /** Makes them through the API, and waits until events find them. Answers their ids. */
  subscribe(plans: readonly SubscriptionPlan[]): Promise<readonly string[]>;
  /**
   * Makes very many: writes them into the log, as their actors would have done, and starts the router again, so
   * that it has all of them when it takes work.
   */
  seed(count: number, planOf: (position: number) => SubscriptionPlan): Promise<void>;
  /** Does `work`, which is what the scenario measures: with `--cpu-prof`, what is profiled. */
  measured<Result>(work: () => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

const SUBSCRIPTIONS_AT_ONCE = 8;
const SEEDED_AT_ONCE = 500;
const PROBE_EVERY_MS = 2_000;
const LOOK_EVERY_MS = 100;
const accountId = AccountId.parse('default');

/** Starts all of it. */
export async function openRig(
  { endpoints = 1, environment = {} }: RigOptions,
  { patienceMs, profiled, signal }: RigSettings,
): Promise<Rig> {
  const stack = await startStack(environment, signal);
  const receiver = await startReceiver(endpoints);
  const load = await createLoad(stack);
  const settingsOf = ({ path, endpoint = 0, eventType, tenant, settings }: SubscriptionPlan): object => ({
    url: `${receiver.endpoints[endpoint]}/${path}`,
    events: [eventType],
    ...(tenant === undefined ? {} : { filters: { tenant } }),
    ...settings,
  });
  let probes = 0;

  /** Sends events again and again until each of `plans` has had one. */
  const whenKnown = async (plans: readonly SubscriptionPlan[]): Promise<void> => {
    const run = `probe-${(probes += 1)}`;
    const isUnknown = async (): Promise<readonly SubscriptionPlan[]> => {
      const { deliveredByPath } = await receiver.tally(run);
      return plans.filter(({ path }) => deliveredByPath[path] === undefined);
    };
    const deadlineMs = performance.now() + patienceMs;
    for (let unknown = plans; unknown.length > 0;) {
      if (performance.now() > deadlineMs)
        throw new Error(`${unknown.length} of ${plans.length} new subscriptions had no event`);
      const wanted = new Map(unknown.map((plan) => [`${plan.eventType} ${plan.tenant ?? ''}`, plan]));
      for (const { eventType, tenant } of wanted.values()) {
        await load.burst({
          run,
          eventType,
          events: 1,
          ...(tenant === undefined ? {} : { tenantOf: () => tenant }),
        });
      }
      const askAgainAtMs = performance.now() + PROBE_EVERY_MS;
      do {
        await delay(LOOK_EVERY_MS, undefined, { signal });
        unknown = await isUnknown();
      } while (unknown.length > 0 && performance.now() < askAgainAtMs);
    }
  };

  const close = async (): Promise<void> => {
    await load.close();
    await receiver.stop();
    await stack.stop();
  };
  let closing: Promise<void> | null = null;
  // One for all that are seeded: it numbers them.
  const create = creatorFor(stack);
  return {
    stack,
    receiver,
    load,
    patienceMs,
    signal,
    pids: () => ({ ...stack.pids(), receiver: receiver.pid, bench: process.pid }),
    async subscribe(plans) {
      const made = await pMap(plans, (plan) => stack.call('POST', '/v1/subscriptions', settingsOf(plan)), {
        concurrency: SUBSCRIPTIONS_AT_ONCE,
        signal,
      });
      await whenKnown(plans);
      return made.map((subscription) => (subscription as { id: string }).id);
    },
    async seed(count, planOf) {
      const router = stack.pids()['router']!;
      const appender = await createAppender(stack.kafka, stack.logger);
      const eventLog = createEventLog(appender);
      for (let first = 0; first < count; first += SEEDED_AT_ONCE) {
        signal.throwIfAborted();
        const length = Math.min(SEEDED_AT_ONCE, count - first);
        await eventLog.appendSubscriptionEvents(
          Array.from({ length }, (_, index) => create(settingsOf(planOf(first + index)))),
        );
      }
      await appender.close();
      stack.signal('router', 'SIGTERM');
      await stack.whenReplaced('router', router);
    },
    async measured(work) {
      // See bench/profile.ts.
      const toggleProfile = (): void => void (profiled === null || stack.signal(profiled, 'SIGUSR2'));
      toggleProfile();
      try {
        return await work();
      } finally {
        toggleProfile();
      }
    },
    close: () => (closing ??= close()),
  };
}

/** What the actor of a new subscription writes. */
function creatorFor({ config }: Stack): (settings: object) => SubscriptionEvent {
  const sealer = createSealer(keyRing(config.encryptionKeys[0]!));
  let made = 0;
  return (given) => {
    const { secret: _secret, active, headers: _headers, ...settings } = NewSubscription.parse(given);
    const subscriptionId = SubscriptionId.parse(`wh_bench${String((made += 1)).padStart(12, '0')}`);
    const decision = decide(
      {
        type: 'CreateSubscription',
        actor: 'system:bench',
        accountId,
        expectedVersion: null,
        // Nothing else that is sealed at rest.
        settings: { ...settings, headers: {}, tls: null },
        secret: sealer.seal('a secret of the bench', subscriptionId) as Sealed,
        active,
      },
      initialState(),
      { subscriptionId, at: new Date().toISOString() },
    );
    if (!decision.ok) throw new Error(`a subscription was refused: ${decision.refusal.code}`);
    return decision.events[0]!;
  };
}
