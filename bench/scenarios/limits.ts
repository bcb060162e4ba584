import { createHmac } from 'node:crypto';
import pMap from 'p-map';
import { Agent, request } from 'undici';
import { createAppender } from '../../infra/kafka/appender.ts';
import { countTargets, deliverBurst } from '../deliver.ts';
import { measureNoOps } from '../no-op/measure.ts';
import type { Rig } from '../rig.ts';
import type { Table } from '../findings.ts';
import { defineScenario } from '../scenario.ts';
import { until } from '../stack.ts';

const EVENT_TYPE = 'bench.limits';
const CONNECTIONS = 128;
const SCRATCH_TOPIC = 'bench.scratch';
const RECORD = 'x'.repeat(1_024);
const RECORDS_AT_ONCE = 500;

/** What the parts could do if there were nothing else, and how near we come. */
export const limits = defineScenario({
  name: 'limits',
  shows:
    'empty workflows, bare signed POSTs and bare reads from Kafka per second, and our deliveries beside them',
  sizes: {
    workflows: { says: 'workflows of each kind that do nothing', quick: 400, full: 5_000 },
    posts: { says: 'signed POSTs', quick: 20_000, full: 200_000 },
    records: { says: 'records read from Kafka', quick: 50_000, full: 500_000 },
    deliveries: { says: 'deliveries', quick: 400, full: 100_000 },
  },
  async run(bench) {
    const rig = await bench.openRig();
    await rig.subscribe([{ path: 'all', eventType: EVENT_TYPE }]);
    bench.say('workflows that do nothing');
    const noOps = await measureNoOps(rig.stack, bench.size('workflows'), bench.signal);
    bench.say('bare POSTs');
    const posts = await measurePosts(rig, bench.size('posts'));
    bench.say('bare reads');
    const reads = await measureReads(rig, bench.size('records'));
    bench.say('deliveries');
    const warm = await deliverBurst(rig, {
      run: 'warm-up',
      eventType: EVENT_TYPE,
      events: Math.ceil(bench.size('deliveries') / 2),
    });
    const ours = await rig.measured(() =>
      deliverBurst(rig, { run: 'ours', eventType: EVENT_TYPE, events: bench.size('deliveries') }),
    );
    const rowOf = (what: string, perSecond: number): Table['rows'][number] => [
      what,
      perSecond,
      ours.perSecond / perSecond,
    ];
    return {
      tables: [
        {
          title: 'limits',
          columns: ['what', 'per second', 'ours / it'],
          rows: [
            rowOf('workflows that do nothing, plain start', noOps.plain),
            rowOf('workflows that do nothing, eager start', noOps.eager),
            rowOf('signed POSTs by one process', posts),
            rowOf('records read by one kafkajs consumer', reads),
            rowOf('our deliveries', ours.perSecond),
          ],
        },
      ],
      targets: countTargets([warm, ours]),
      plots: [],
    };
  },
});

/** As many headers and signatures as matter, and nothing of ours around undici. */
async function measurePosts(rig: Rig, posts: number): Promise<number> {
  const dispatcher = new Agent({ connections: CONNECTIONS, pipelining: 1 });
  const sign = (content: string, encoding: 'hex' | 'base64'): string =>
    createHmac('sha256', 'a secret of the bench').update(content).digest(encoding);
  const postOne = async (seq: number): Promise<void> => {
    const body = JSON.stringify({ event: EVENT_TYPE, data: { run: 'bare', seq, text: RECORD } });
    const headers = {
      'Content-Type': 'application/json',
      'X-Broxi-Delivery': `bare-${seq}`,
      'X-Broxi-Attempt': '1',
      'X-Broxi-Signature': sign(body, 'hex'),
      'webhook-signature': `v1,${sign(`bare-${seq}.${Date.now()}.${body}`, 'base64')}`,
    };
    const answer = await request(`${rig.receiver.endpoints[0]}/bare`, {
      method: 'POST',
      headers,
      body,
      dispatcher,
    });
    await answer.body.dump();
  };
  const run = async (from: number, to: number): Promise<void> => {
    const numbers = Array.from({ length: to - from }, (_, index) => from + index);
    await pMap(numbers, postOne, { concurrency: CONNECTIONS, signal: rig.signal });
  };
  const warmUp = Math.ceil(posts / 10);
  await run(0, warmUp);
  const startedAtMs = performance.now();
  await run(warmUp, warmUp + posts);
  const seconds = (performance.now() - startedAtMs) / 1_000;
  await dispatcher.close();
  return posts / seconds;
}

/** From the first chunk to the last, so that joining a group does not count. */
async function measureReads({ stack, patienceMs, signal }: Rig, records: number): Promise<number> {
  const admin = stack.kafka.admin();
  await admin.connect();
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic: SCRATCH_TOPIC, numPartitions: 6 }] });
  await admin.disconnect();
  const appender = await createAppender(stack.kafka, stack.logger);
  for (let appended = 0; appended < records; appended += RECORDS_AT_ONCE) {
    await appender.append(
      Array.from({ length: Math.min(RECORDS_AT_ONCE, records - appended) }, (_, index) => ({
        topic: SCRATCH_TOPIC,
        key: String(index),
        value: RECORD,
      })),
    );
  }
  await appender.close();

  const consumer = stack.kafka.consumer({ groupId: SCRATCH_TOPIC });
  await consumer.subscribe({ topic: SCRATCH_TOPIC, fromBeginning: true });
  let read = 0;
  let readBefore = 0;
  let startedAtMs = NaN;
  let endedAtMs = NaN;
  await consumer.run({
    eachBatch: ({ batch }) => {
      endedAtMs = performance.now();
      if (Number.isNaN(startedAtMs)) {
        startedAtMs = endedAtMs;
        readBefore = batch.messages.length;
      }
      read += batch.messages.length;
      return Promise.resolve();
    },
  });
  await until(() => read >= records, patienceMs, 'the records of the scratch topic', signal);
  await consumer.disconnect();
  return ((read - readBefore) / (endedAtMs - startedAtMs)) * 1_000;
}
