import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { READ_MODEL_RULES } from '../../domain/record/read-model-rules.ts';
import { decide } from '../../domain/subscription/decide.ts';
import { createSubscriptionDirectory } from '../../domain/subscription/directory.ts';
import { evolve, initialState, type Subscription } from '../../domain/subscription/subscription.ts';
import { createAppender } from '../../infra/kafka/appender.ts';
import { createKafka } from '../../infra/kafka/client.ts';
import { createEventLog, type EventLog } from '../../infra/kafka/event-log.ts';
import { createTopics, topicPlans } from '../../infra/kafka/topics.ts';
import { startLocalStack } from '../../infra/local-stack/local-stack.ts';
import { followSubscriptions } from '../../infra/projections/follow-subscriptions.ts';
import { readModels } from '../../infra/projections/read-models.ts';
import { rebuildReadModels } from '../../infra/projections/rebuild.ts';
import { parseConfig } from '../../schemas/config.ts';
import { AccountId, SubscriptionId } from '../../schemas/ids.ts';
import { Sealed, type SubscriptionCommand, type SubscriptionEvent } from '../../schemas/subscription-log.ts';
import { NewSubscription } from '../../schemas/subscription.ts';
import { atMost } from '../findings.ts';
import { defineScenario } from '../scenario.ts';

/** Nothing listens there: neither Temporal nor, where it is named as the database, PostgreSQL. */
const NOWHERE = '127.0.0.1:1';
const APPENDED_AT_ONCE = 1_000;
const WANTED_SNAPSHOT_SECONDS = 30;

/** What a service waits for before it takes work, and what a rebuild of the read models takes. */
export const start = defineScenario({
  name: 'start',
  shows: 'seconds until all subscriptions are known, from the snapshot and from the whole log; and a rebuild',
  isDefault: false,
  sizes: {
    subscriptions: { says: 'subscriptions', quick: 2_000, full: 100_000 },
    changes: { says: 'changes of them in all', quick: 20_000, full: 1_000_000 },
  },
  async run(bench) {
    const dataDir = mkdtempSync(join(tmpdir(), 'webhooks-bench-'));
    // So that PostgreSQL's account can reach its cluster, where we are root.
    chmodSync(dataDir, 0o755);
    const portOffset = 15_000 + Math.floor(Math.random() * 7_000);
    const stack = await startLocalStack({
      dataDir,
      portOffset,
      environment: { ...process.env, TEMPORAL_ADDRESS: NOWHERE },
      report: bench.say,
      signal: bench.signal,
    });
    const logger = pino({ level: 'silent' });
    const parsed = parseConfig({ KAFKA_BROKERS: stack.kafkaBrokers }, dataDir);
    if (!parsed.ok) throw new Error(parsed.message);
    const kafka = createKafka(parsed.config.kafka, 'webhooks-bench', logger);
    await createTopics(kafka, topicPlans(parsed.config.eventTopics));
    const appender = await createAppender(kafka, logger);
    const [subscriptions, changes] = [bench.size('subscriptions'), bench.size('changes')];

    /** Seconds until everything is known to a new directory. */
    const load = async (databaseUrl: string): Promise<number> => {
      const directory = createSubscriptionDirectory();
      const startedAtMs = performance.now();
      const tail = await followSubscriptions(kafka, databaseUrl, logger, {
        name: `bench-${randomUUID()}`,
        onState: directory.restore,
        onEvent: directory.apply,
        onCrash: (error) => bench.say(error.message),
      });
      await tail.caughtUp();
      const seconds = (performance.now() - startedAtMs) / 1_000;
      await tail.stop();
      if (directory.size !== subscriptions) throw new Error(`${directory.size} subscriptions were loaded`);
      return seconds;
    };

    try {
      bench.say(`writing ${changes} changes of ${subscriptions} subscriptions`);
      await write(createEventLog(appender), subscriptions, changes);
      bench.say('building the read models');
      const startedAtMs = performance.now();
      await rebuildReadModels({
        kafka,
        databaseUrl: stack.databaseUrl,
        logger,
        models: readModels(READ_MODEL_RULES),
        onProgress: () => undefined,
        signal: bench.signal,
      });
      const rebuilt = (performance.now() - startedAtMs) / 1_000;
      bench.say('loading from the snapshot');
      const fromSnapshot = await load(stack.databaseUrl);
      bench.say('loading from the whole log');
      const fromLog = await load(`postgres://nobody@${NOWHERE}/none`);
      return {
        tables: [
          {
            title: `${subscriptions} subscriptions, ${changes} changes`,
            columns: ['what', 'seconds'],
            rows: [
              ['all subscriptions, from the snapshot', fromSnapshot],
              ['all subscriptions, from the whole log', fromLog],
              ['a rebuild of the read models', rebuilt],
            ],
          },
        ],
        targets: [atMost('from the snapshot', WANTED_SNAPSHOT_SECONDS, fromSnapshot, ' s')],
        plots: [],
      };
    } finally {
      await appender.close();
      await stack.stop();
      rmSync(dataDir, { recursive: true, force: true });
    }
  },
});

/** The log as actors would have written it: each is created, then changed in turn with all others. */
async function write(log: EventLog, subscriptions: number, changes: number): Promise<void> {
  const accountId = AccountId.parse('default');
  const secret = Sealed.parse('v1.0000000000000000.c2VhbGVk');
  const states: Subscription[] = [];
  let batch: SubscriptionEvent[] = [];
  for (let change = 0; change < changes; change += 1) {
    const position = change % subscriptions;
    const url = `https://receiver-${position}.example/webhooks/${change}`;
    const {
      secret: _secret,
      active: _active,
      headers: _headers,
      tls: _tls,
      ...settings
    } = NewSubscription.parse({
      url,
      events: ['workflow.*'],
      filters: { workflow_id: [`bot_${position}`] },
    });
    const asked = { actor: 'key:bench', sourceIp: '127.0.0.1', accountId, expectedVersion: null };
    const command: SubscriptionCommand =
      change < subscriptions
        ? {
            ...asked,
            type: 'CreateSubscription',
            settings: { ...settings, headers: {}, tls: null },
            secret,
            active: true,
          }
        : { ...asked, type: 'UpdateSubscription', changes: { url }, secret: null, active: null };
    const before = states[position] ?? initialState();
    const decided = decide(command, before, {
      subscriptionId: SubscriptionId.parse(`wh_${String(position).padStart(12, '0')}`),
      at: new Date().toISOString(),
    });
    if (!decided.ok) throw new Error(decided.refusal.code);
    states[position] = decided.events.reduce(evolve, before);
    batch.push(...decided.events);
    if (batch.length >= APPENDED_AT_ONCE || change === changes - 1) {
      await log.appendSubscriptionEvents(batch);
      batch = [];
    }
  }
}
