import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type LocalDelivery,
  type LocalReceiverOptions,
  startLocalReceiver,
} from '../../../infra/http/local-receiver.ts';

const SECRET = 'secret-of-the-tests';
const BODY = '{"event":"a.b"}';
const signature = createHmac('sha256', SECRET).update(BODY).digest('hex');

async function receiving(options: Partial<LocalReceiverOptions> = {}) {
  const deliveries: LocalDelivery[] = [];
  const receiver = await startLocalReceiver({
    host: '127.0.0.1',
    port: 0,
    secretOf: () => SECRET,
    onDelivery: (delivery) => void deliveries.push(delivery),
    ...options,
  });
  onTestFinished(() => receiver.stop());
  const post = (headers: Record<string, string> = {}, body = BODY, path = '/') =>
    fetch(`${receiver.url}${path}`, { method: 'POST', headers, body });
  return { ...receiver, deliveries, post };
}

/** Sends raw bytes, and answers all that came back until the connection was closed. */
async function exchange(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let answered = '';
  socket.on('data', (chunk) => (answered += chunk.toString()));
  socket.on('error', () => socket.destroy());
  socket.end(bytes);
  await once(socket, 'close');
  return answered;
}

describe('a local receiver', () => {
  it('hands over the delivery as it came', async () => {
    const { post, deliveries } = await receiving();
    const { status } = await post(
      { 'X-Broxi-Webhook': 'wh_1', 'X-Broxi-Signature': signature },
      BODY,
      '/a/b?c=1',
    );
    expect(status).toBe(200);
    expect(deliveries).toMatchObject([
      {
        path: '/a/b?c=1',
        body: Buffer.from(BODY),
        subscriptionId: 'wh_1',
        verified: 'valid',
        verification: { ok: true, scheme: 'body' },
        headers: { 'x-broxi-webhook': 'wh_1' },
      },
    ]);
    expect(deliveries[0]?.rawHeaders).toContain('X-Broxi-Signature');
  });

  it('says of a wrong signature why it is wrong', async () => {
    const { post, deliveries } = await receiving();
    await post({ 'X-Broxi-Signature': 'forged' });
    expect(deliveries[0]).toMatchObject({
      verified: 'invalid',
      verification: { reason: 'signature_mismatch' },
    });
  });

  it('judges by the secret of the subscription, and not at all where it has none', async () => {
    const secretOf = (id: string) => (id === 'wh_known' ? SECRET : null);
    const { post, deliveries } = await receiving({ secretOf });
    for (const id of ['wh_known', 'wh_other'])
      await post({ 'X-Broxi-Webhook': id, 'X-Broxi-Signature': signature });
    await post({ 'X-Broxi-Signature': signature });
    expect(deliveries.map(({ verified }) => verified)).toEqual(['valid', 'unknown', 'unknown']);
    expect(deliveries[2]).toMatchObject({ subscriptionId: null, verification: null });
  });

  it('asks for the secret again where the signature does not hold: it may have been rotated', async () => {
    const secretOf = (_id: string, refused: boolean) => (refused ? SECRET : 'secret-before-the-rotation');
    const { post, deliveries } = await receiving({ secretOf });
    await post({ 'X-Broxi-Signature': signature });
    expect(deliveries[0]?.verified).toBe('valid');
  });

  it('answers the status that it was given, or that it is told for the delivery', async () => {
    expect((await (await receiving({ answerStatus: 503 })).post()).status).toBe(503);
    const answerStatus = ({ body }: LocalDelivery) => Promise.resolve(200 + body.length);
    expect((await (await receiving({ answerStatus })).post({}, '1234')).status).toBe(204);
  });

  it('takes a body up to its limit, and answers 413 to a longer one', async () => {
    const { post, deliveries } = await receiving({ maxBodyBytes: 100_000 });
    expect((await post({}, 'x'.repeat(100_000))).status).toBe(200);
    expect((await post({}, 'x'.repeat(100_001))).status).toBe(413);
    expect((await post({}, 'x'.repeat(5_000_000))).status).toBe(413);
    expect(deliveries).toHaveLength(1);
  });

  it('greets those who look with a browser', async () => {
    const { url, deliveries } = await receiving();
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([
      200,
      'This is a local webhook receiver. It takes POST requests on every path.\n',
    ]);
    expect(deliveries).toEqual([]);
  });

  it.each([
    ['GET', '/hook'],
    ['PUT', '/'],
    ['DELETE', '/'],
  ])('takes no %s %s', async (method, path) => {
    const { url } = await receiving();
    const answer = await fetch(`${url}${path}`, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it.each([
    'nonsense\r\n\r\n',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
    'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\ncut off',
    'CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n',
    `POST / HTTP/1.1\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
  ])('lives on after %j', async (bytes) => {
    const { url, post, deliveries } = await receiving();
    await exchange(url, bytes);
    expect((await post()).status).toBe(200);
    expect(deliveries).toHaveLength(1);
  });

  it.each<Partial<LocalReceiverOptions>>([
    {
      onDelivery: () => {
        throw new Error('no');
      },
    },
    {
      secretOf: () => {
        throw new Error('no');
      },
    },
    { answerStatus: () => Promise.reject(new Error('no')) },
    { answerStatus: 42 },
  ])('answers 500 where the program around it fails, and lives on', async (options) => {
    const { post } = await receiving(options);
    expect((await post()).status).toBe(500);
    expect((await post()).status).toBe(500);
  });

  it('rejects with EADDRINUSE where the port is taken', async () => {
    const { url } = await receiving();
    await expect(receiving({ port: Number(new URL(url).port) })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });

  it('stops although a sender keeps its connection open', async () => {
    const { url, stop, post } = await receiving();
    await post();
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname).on('error', () => socket.destroy());
    await once(socket, 'connect');
    await stop();
    await expect(post()).rejects.toThrow();
  });
});
