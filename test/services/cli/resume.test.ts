import { expect, it } from 'vitest';
import { run, type SeenRequest, startApi } from './run.ts';
import { subscription } from './samples.ts';

const stats = (held: number) => ({
  total_deliveries: 1_000,
  successful_deliveries: 1_000,
  failed_deliveries: 0,
  pending_deliveries: 0,
  held_deliveries: held,
  average_response_time: null,
  p95_response_time: null,
  last_delivery: null,
});
/** An API where so many are held, one count after the other, of a subscription in `state`. */
const holding = (counts: readonly number[], state = 'active') => {
  const left = [...counts];
  return startApi(({ path }: SeenRequest) =>
    path.endsWith('/stats')
      ? { body: stats(left.length > 1 ? left.shift()! : left[0]!) }
      : { body: { ...subscription, id: 'wh_1', state } },
  );
};
const WATCH = ['subscriptions', 'resume', 'wh_1', '--watch'];

it('subscriptions resume --watch shows what has gone out until nothing is held', async () => {
  const api = await holding([1_200, 300, 0]);
  const shown: string[] = [];
  const ran = await run(WATCH, { ...api, status: (line) => void shown.push(line) });
  expect(ran).toEqual({ exitCode: 0, stdout: 'Nothing is held any more: 1,200 have gone out', stderr: '' });
  expect(shown).toEqual([
    '[------------------------]   0 %  0 of 1,200 held deliveries, 0 a second',
    '[##################------]  75 %  900 of 1,200 held deliveries, 0 a second',
    '[########################] 100 %  1,200 of 1,200 held deliveries, 0 a second',
    '',
  ]);
  expect(api.requests.map(({ method }) => method).filter((method) => method === 'POST')).toHaveLength(1);
});

it('subscriptions resume --watch --json prints the counters at its end', async () => {
  const { stdout } = await run([...WATCH, '--json'], await holding([5, 0]));
  expect(JSON.parse(stdout)).toEqual(stats(0));
});

it('subscriptions resume --watch fails where somebody pauses it again', async () => {
  const ran = await run(WATCH, await holding([700], 'paused'));
  expect(ran).toEqual({ exitCode: 1, stdout: '', stderr: 'wh_1 is paused: 700 are held' });
});
