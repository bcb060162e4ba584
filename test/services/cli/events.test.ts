import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { problem, run, startApi } from './run.ts';

const accepted = () => ({ status: 202, body: { id: 'evt_1' } });
const completed = {
  type: 'workflow.completed',
  description: 'It ended.',
  schema: {},
  example: { cost: 0.5 },
};

describe('events publish', () => {
  it('sends the example of the type where no data is given', async () => {
    const api = await startApi(({ method }) => (method === 'GET' ? { body: completed } : accepted()));
    const ran = await run(['events', 'publish', 'workflow.completed'], api);
    expect(ran).toEqual({ exitCode: 0, stdout: 'evt_1 is published as workflow.completed', stderr: '' });
    expect(api.requests).toMatchObject([
      { method: 'GET', path: '/v1/event-types/workflow.completed' },
      { method: 'POST', path: '/v1/events', body: '{"event":"workflow.completed","data":{"cost":0.5}}' },
    ]);
  });

  it('sends data as it was typed, so that no number changes', async () => {
    const api = await startApi(accepted);
    const data = '{"n":12345678901234567890, "x":1e400}';
    const args = [
      '--data',
      data,
      '--id',
      'evt_1',
      '--timestamp',
      '2024-01-15T10:30:00Z',
      '--account',
      'acme',
    ];
    await run(['events', 'publish', 'order.paid', ...args], api);
    expect(api.requests[0]?.body).toBe(
      `{"event":"order.paid","id":"evt_1","timestamp":"2024-01-15T10:30:00Z","account_id":"acme","data":${data}}`,
    );
  });

  it('reads data from a file', async () => {
    const api = await startApi(accepted);
    const workingDir = await mkdtemp(join(tmpdir(), 'webhooks-cli-'));
    await writeFile(join(workingDir, 'order.json'), '{"a":1}\n');
    await run(['events', 'publish', 'order.paid', '--data', '@order.json'], { ...api, workingDir });
    expect(api.requests[0]?.body).toBe('{"event":"order.paid","data":{"a":1}}');
  });

  it('reads data from standard input', async () => {
    const api = await startApi(accepted);
    const readInput = () => Promise.resolve(' {"a":1} ');
    await run(['events', 'publish', 'order.paid', '--data', '-'], { ...api, readInput });
    expect(api.requests[0]?.body).toBe('{"event":"order.paid","data":{"a":1}}');
  });

  it.each(['', '[]', '1', 'null', '{"a":1},"event":"other"', '{"a":'])(
    'refuses the data %j without a request',
    async (data) => {
      const api = await startApi(accepted);
      const ran = await run(['events', 'publish', 'order.paid', `--data=${data}`], api);
      expect(ran).toEqual({ exitCode: 2, stdout: '', stderr: '--data: expected a JSON object' });
      expect(api.requests).toEqual([]);
    },
  );

  it('says to give data where the catalogue has no such type', async () => {
    const api = await startApi(() => problem(404, 'There is no such event type.'));
    const { exitCode, stderr } = await run(['events', 'publish', 'order.paid'], api);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: 'order.paid is not in the catalogue, so it has no example: give --data',
    });
  });
});

describe('events types', () => {
  it('lists the catalogue', async () => {
    const api = await startApi(() => ({ body: { data: [completed], next_cursor: null } }));
    const { stdout } = await run(['events', 'types'], api);
    expect(stdout).toMatchInlineSnapshot(`
      "TYPE                DESCRIPTION
      workflow.completed  It ended."
    `);
  });
});
