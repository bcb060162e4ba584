import type { Client } from '@temporalio/client';
import { pino } from 'pino';
import { beforeEach, expect, it } from 'vitest';
import { createReleases } from '../../../infra/temporal/releases.ts';
import type { SubscriptionId } from '../../../schemas/ids.ts';
import { RELEASE_ACTOR } from '../../../workflows/messages.ts';

const ID = 'wh_00000000000000000001' as SubscriptionId;
const QUIET_MS = 1_000;

let nowMs: number;
/** In how many milliseconds there was something to send, of each signal. */
let signals: number[];
let wake: (inMs?: number) => void;
beforeEach(() => {
  nowMs = 0;
  signals = [];
  const signalWithStart = (_type: string, { signalArgs }: { signalArgs: [number] }) => {
    signals.push(signalArgs[0]);
    return Promise.resolve();
  };
  const client = { workflow: { signalWithStart } } as unknown as Client;
  const actor = { ...RELEASE_ACTOR, idOf: () => 'release' };
  const releases = createReleases(client, actor, QUIET_MS, pino({ level: 'silent' }), () => nowMs);
  wake = (inMs) => releases.wake(ID, inMs);
});

it('one wake-up tells as much as a thousand, for a while', () => {
  for (let count = 0; count < 1_000; count += 1) wake();
  expect(signals).toEqual([0]);
  nowMs = QUIET_MS;
  wake();
  expect(signals).toEqual([0, 0]);
});

it('a release that is to look in a minute is told so once', () => {
  for (nowMs = 0; nowMs < 60_000; nowMs += 100) wake(60_000 - nowMs);
  expect(signals).toEqual([60_000]);
});

it('a release that is to look in a minute is told of what may be sent sooner', () => {
  wake(60_000);
  wake(5_000);
  wake();
  expect(signals).toEqual([60_000, 5_000, 0]);
});
