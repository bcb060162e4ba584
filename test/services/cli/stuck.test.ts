import { expect, it } from 'vitest';
import { run, startApi } from './run.ts';
import { delivery } from './samples.ts';

const rowAt = (second: number, status: string) => ({
  ...delivery,
  id: `del_${second}`,
  status,
  created_at: `2024-01-15T10:30:0${second}.000Z`,
  temporal_url: `http://127.0.0.1:8233/del_${second}`,
});
/** Of each status two pages, the newest first, as the API has them. */
const startBusyApi = () =>
  startApi(({ path }) => {
    const query = new URL(path, 'http://api').searchParams;
    const status = query.get('status') ?? '';
    const first = status === 'pending' ? 8 : 7;
    return query.has('cursor')
      ? { body: { data: [rowAt(first - 4, status), rowAt(first - 6, status)], next_cursor: null } }
      : { body: { data: [rowAt(first, status), rowAt(first - 2, status)], next_cursor: 'more' } };
  });

it('lists what is under way, the oldest first', async () => {
  const { stdout } = await run(['stuck', '--limit', '3', '--json'], await startBusyApi());
  const { data } = JSON.parse(stdout) as { data: { id: string }[] };
  expect(data.map(({ id }) => id)).toEqual(['del_1', 'del_2', 'del_3']);
});

it('passes over what waits in a lane, which no workflow carries', async () => {
  const waiting = { ...rowAt(1, 'pending'), workflow_id: 'release:wh_abc12345' };
  const api = await startApi(({ path }) => ({
    body: { data: path.includes('pending') ? [rowAt(2, 'pending'), waiting] : [], next_cursor: null },
  }));
  const { stdout } = await run(['stuck', '--limit', '1', '--json'], api);
  expect(JSON.parse(stdout)).toMatchObject({ data: [{ id: 'del_2' }] });
});

it('gives each its link to the Temporal UI', async () => {
  const { stdout } = await run(['stuck', '--limit', '2'], await startBusyApi());
  expect(stdout.split('\n').slice(-2)).toEqual([
    'http://127.0.0.1:8233/del_1',
    'http://127.0.0.1:8233/del_2',
  ]);
});

it('says so where nothing is', async () => {
  const api = await startApi(() => ({ body: { data: [], next_cursor: null } }));
  expect((await run(['stuck'], api)).stdout).toBe('Nothing is under way.');
});
