/** Records of a producer that is none of ours, compressed in every way that Kafka knows. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CustomerReceiver, startCustomerReceiver } from '../receivers/customer-receiver.ts';
import { product, subscribe, unique, unsubscribe } from './customer.ts';
import { pidOf } from './product.ts';

let receiver: CustomerReceiver;
beforeAll(async () => {
  receiver = await startCustomerReceiver();
});
afterAll(() => receiver.stop());

/** Kafka's own Java client, from the jars that the local broker runs with. */
function produceWithJava(lines: readonly string[], compression: string): Promise<number | null> {
  const command = readFileSync(`/proc/${pidOf(product(), 'kafka')}/cmdline`, 'utf8').split('\0');
  const classPath = command[command.findIndex((word) => word === '-cp' || word === '-classpath') + 1]!;
  const program = fileURLToPath(new URL('./Produce.java', import.meta.url));
  const child = spawn(
    command[0]!,
    ['-cp', classPath, program, product().kafkaBrokers, 'platform.events', compression],
    { stdio: ['pipe', 'ignore', 'inherit'] },
  );
  child.stdin.end(lines.map((line) => `${line}\n`).join(''));
  return new Promise((resolve) => child.once('exit', resolve));
}

it.each(['gzip', 'snappy', 'lz4', 'zstd'])('events compressed with %s are delivered', async (compression) => {
  const type = unique(`compressed.${compression}`);
  const { id } = await subscribe({ url: receiver.url, events: [type] });
  const events = Array.from({ length: 50 }, (_, index) =>
    JSON.stringify({
      id: `${type}-${index}`,
      event: type,
      timestamp: '2024-01-15T10:30:05Z',
      data: { text: 'same '.repeat(100) },
    }),
  );
  expect(await produceWithJava(events, compression)).toBe(0);
  const arrived = () => receiver.deliveries.filter(({ headers }) => headers['x-broxi-event'] === type).length;
  await expect.poll(arrived, { timeout: 60_000 }).toBe(50);
  await unsubscribe(id);
});
