import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { createDialogue, type Peer } from '../../../infra/process/dialogue.ts';

/** Two processes, as each sees the other. */
function twoPeers(): { readonly ours: Peer; readonly theirs: Peer; readonly part: () => void } {
  const [a, b] = [new EventEmitter(), new EventEmitter()];
  let connected = true;
  const peer = (own: EventEmitter, other: EventEmitter): Peer =>
    Object.defineProperty(
      Object.assign(own, {
        send: (message: object) =>
          setImmediate(() => other.emit('message', structuredClone(message))) !== null,
      }),
      'connected',
      { get: () => connected },
    ) as unknown as Peer;
  return {
    ours: peer(a, b),
    theirs: peer(b, a),
    part() {
      connected = false;
      a.emit('disconnect');
      b.emit('disconnect');
    },
  };
}

it('each side is answered what it has asked, whatever was asked in between', async () => {
  const { ours, theirs } = twoPeers();
  const ask = createDialogue<number, number, string>(ours, (word) => Promise.resolve(word.toUpperCase()));
  const askBack = createDialogue<string, string, number>(theirs, async (number) => {
    if (number === 1) expect(await askBack('one')).toBe('ONE');
    return number * 10;
  });
  expect(await Promise.all([ask(1), ask(2)])).toEqual([10, 20]);
});

it('a question whose answer fails is rejected with its message', async () => {
  const { ours, theirs } = twoPeers();
  const ask = createDialogue<string, never, never>(ours, () => Promise.resolve());
  createDialogue<never, never, string>(theirs, () => Promise.reject(new Error('Temporal is away')));
  await expect(ask('anything')).rejects.toThrow('Temporal is away');
});

it('what is open when the other side goes is rejected, and what is asked after that', async () => {
  const { ours, theirs, part } = twoPeers();
  const ask = createDialogue<string, never, never>(ours, () => Promise.resolve());
  createDialogue<never, never, string>(theirs, () => new Promise(() => undefined));
  const open = ask('a question');
  part();
  await expect(open).rejects.toThrow('gone');
  await expect(ask('another')).rejects.toThrow('gone');
});
