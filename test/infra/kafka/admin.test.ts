import type { Kafka } from 'kafkajs';
import { beforeEach, describe, expect, it } from 'vitest';
import { keepAdmin, type KeptAdmin } from '../../../infra/kafka/admin.ts';

let connections: number;
let disconnected: readonly number[];
let admin: KeptAdmin;
beforeEach(() => {
  connections = 0;
  disconnected = [];
  admin = keepAdmin({
    admin: () => {
      const number = (connections += 1);
      return {
        connect: () => Promise.resolve(),
        disconnect: () => Promise.resolve(void (disconnected = [...disconnected, number])),
      };
    },
  } as unknown as Kafka);
});

const answer = (): Promise<string> => admin.ask(() => Promise.resolve('answer'));
const fail = (): Promise<string> => admin.ask(() => Promise.reject(new Error('refused')));

/** A question whose end is in the hands of the test. */
function open() {
  let end = { resolve: (_answer: string): void => undefined, reject: (_error: Error): void => undefined };
  const answered = admin.ask(() => new Promise<string>((resolve, reject) => (end = { resolve, reject })));
  return { answered, resolve: () => end.resolve('answer'), reject: () => end.reject(new Error('refused')) };
}

describe('a kept connection', () => {
  it('serves one question after another', async () => {
    await answer();
    await answer();
    expect({ connections, disconnected }).toEqual({ connections: 1, disconnected: [] });
  });

  it('is closed after a question failed, and the next one connects anew', async () => {
    await expect(fail()).rejects.toThrow('refused');
    await answer();
    expect({ connections, disconnected }).toEqual({ connections: 2, disconnected: [1] });
  });

  it('stays open under the others until they have their answers', async () => {
    const other = open();
    await expect(fail()).rejects.toThrow('refused');
    expect(disconnected).toEqual([]);
    other.resolve();
    expect(await other.answered).toBe('answer');
    expect(disconnected).toEqual([1]);
  });

  it('outlives a question on the one before that fails late', async () => {
    const late = open();
    await expect(fail()).rejects.toThrow('refused');
    await answer();
    late.reject();
    await expect(late.answered).rejects.toThrow('refused');
    await answer();
    expect({ connections, disconnected }).toEqual({ connections: 2, disconnected: [1] });
  });

  it('is closed when nobody will ask any more', async () => {
    await answer();
    await admin.close();
    expect(disconnected).toEqual([1]);
  });
});
