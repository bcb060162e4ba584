/** What a draft would have matched, asked from outside. How it fares with a million events: preview.stack.test.ts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, type Platform, product, startPlatform, unique } from './customer.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform.stop());

const event = (type: string, data: object = {}) => ({
  id: unique('evt'),
  event: type,
  timestamp: '2024-01-15T10:30:05.123Z',
  data,
});
interface Previewed {
  readonly from: string;
  readonly to: string;
  readonly matched: number;
  readonly rate_per_hour: number;
  readonly data: readonly { id: string }[];
}
/** Publishes, and awaits the next millisecond: the time that is looked at ends before the moment of the question. */
async function publishBefore(events: readonly object[], place: { partition?: number } = {}): Promise<void> {
  await platform.publishRaw(events.map((one) => ({ value: JSON.stringify(one), ...place })));
  const publishedMs = Date.now();
  await expect.poll(() => Date.now(), { interval: 1 }).toBeGreaterThan(publishedMs);
}
const preview = (draft: object) => call<Previewed>('POST', '/v1/subscriptions/preview', draft);

describe('a preview', () => {
  it('counts what would have matched, and shows which', async () => {
    const type = unique('order').replaceAll('_', '.');
    const wanted = event(type, { total: 11 });
    const other = { ...event(type, { total: 12 }), account_id: 'acme' };
    await publishBefore([wanted, event(type, { total: 10 }), other, wanted]);
    const draft = { events: [type], conditions: { total: { greater_than: 10 } } };
    const { status, body } = await preview(draft);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      matched: 1,
      complete: true,
      data: [
        {
          id: wanted.id,
          event: type,
          timestamp: '2024-01-15T10:30:05.123Z',
          received_at: expect.stringMatching(/Z$/),
          source: { topic: 'platform.events' },
        },
      ],
    });
    expect(Date.parse(body.to) - Date.parse(body.from)).toBe(24 * 3_600_000);
    expect(body.rate_per_hour).toBeCloseTo(1 / 24);
  });

  it('shows the newest, of one moment too, and counts the others', async () => {
    const type = unique('many').replaceAll('_', '.');
    const events = Array.from({ length: 5 }, () => event(type));
    await publishBefore(events, { partition: 0 });
    const { body } = await preview({ events: [type], limit: 2 });
    expect(body.matched).toBe(5);
    expect(body.data.map(({ id }) => id)).toEqual([events[4]?.id, events[3]?.id]);
  });

  it('looks at the time that it is asked about', async () => {
    const type = unique('timed').replaceAll('_', '.');
    await publishBefore([event(type)]);
    const between = new Date().toISOString();
    const { body } = await preview({ events: [type], to: between });
    expect(body).toMatchObject({ matched: 1, to: between });
    const [match] = body.data as unknown as [{ received_at: string }];
    expect((await preview({ events: [type], to: match.received_at })).body.matched).toBe(0);
    expect((await preview({ events: [type], from: match.received_at })).body.matched).toBe(1);
  });

  it('tells its progress line by line to whoever accepts that', async () => {
    const type = unique('lines').replaceAll('_', '.');
    await publishBefore([event(type)]);
    const { apiUrl, apiKey } = product();
    const response = await fetch(`${apiUrl}/v1/subscriptions/preview`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${apiKey}`,
        'content-type': 'application/json',
        accept: 'application/x-ndjson',
      },
      body: JSON.stringify({ events: [type] }),
    });
    expect(response.headers.get('content-type')).toContain('application/x-ndjson');
    const lines = (await response.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines[0]).toMatchObject({ type: 'progress', progress: expect.any(Number) });
    expect(lines.at(-1)).toMatchObject({ type: 'result', matched: 1, data: [{ event: type }] });
  });

  it.each([
    [{ events: [] }, 'events'],
    [{ events: ['*.x'] }, 'events.0'],
    [{ filters: { a: { starts: 'x' } } }, 'filters.a.starts'],
    [{ limit: 251 }, 'limit'],
    [{ from: 'yesterday' }, 'from'],
    [{ url: 'https://example.com' }, 'url'],
  ])('of %j is refused', async (draft, path) => {
    const { status, body } = await preview(draft);
    expect(status).toBe(422);
    expect((body as unknown as { errors: { path: string }[] }).errors[0]?.path).toBe(path);
  });
});
