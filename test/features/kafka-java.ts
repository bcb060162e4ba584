/** Programs of Kafka's own, run with the Java and the jars of the local broker: for what kafkajs cannot do. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { product } from './customer.ts';
import { pidOf } from './product.ts';

/** Runs a class, or a source file, with `input` as its standard input. Resolves with its exit code. */
export function runKafkaJava(
  program: string,
  args: readonly string[],
  input: readonly string[] = [],
): Promise<number | null> {
  const command = readFileSync(`/proc/${pidOf(product(), 'kafka')}/cmdline`, 'utf8').split('\0');
  const classPath = command[command.findIndex((word) => word === '-cp' || word === '-classpath') + 1]!;
  const child = spawn(command[0]!, ['-cp', classPath, program, ...args], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  child.stdin.end(input.map((line) => `${line}\n`).join(''));
  return new Promise((resolve) => child.once('exit', resolve));
}
