/**
 * A customer's endpoint: keeps what arrives, answers as it is told, and checks signatures in code of its own,
 * written from the documentation and not with ours.
 */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedDelivery {
  readonly deliveryId: string;
  readonly attempt: number;
  readonly headers: IncomingHttpHeaders;
  readonly rawBody: string;
  readonly receivedAtMs: number;
}

export interface CustomerReceiver {
  readonly url: string;
  /** In the order of their arrival. */
  readonly deliveries: readonly ReceivedDelivery[];
  /** The status of the answer; 200 until it is changed. */
  statusFor: (delivery: ReceivedDelivery) => number;
  /** The body of the answer. */
  bodyFor: (delivery: ReceivedDelivery) => string;
  stop(): Promise<void>;
}

export async function startCustomerReceiver(): Promise<CustomerReceiver> {
  const deliveries: ReceivedDelivery[] = [];
  const receiver: Pick<CustomerReceiver, 'statusFor' | 'bodyFor'> = {
    statusFor: () => 200,
    bodyFor: () => '{"status":"received"}',
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const delivery = {
        deliveryId: String(request.headers['x-broxi-delivery']),
        attempt: Number(request.headers['x-broxi-attempt']),
        headers: request.headers,
        rawBody: Buffer.concat(chunks).toString(),
        receivedAtMs: Date.now(),
      };
      deliveries.push(delivery);
      response.writeHead(receiver.statusFor(delivery)).end(receiver.bodyFor(delivery));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(receiver, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`,
    deliveries,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

const hexHmac = (secret: string, content: string): string =>
  createHmac('sha256', secret).update(content).digest('hex');

/** The first check of the documentation: over the body as it came. */
export const holdsOverRawBody = ({ headers, rawBody }: ReceivedDelivery, secret: string): boolean =>
  headers['x-broxi-signature'] === hexHmac(secret, rawBody);

/** The second: over the body parsed and written again, as a framework that has parsed it leaves no other way. */
export const holdsOverRewrittenBody = ({ headers, rawBody }: ReceivedDelivery, secret: string): boolean =>
  headers['x-broxi-signature'] === hexHmac(secret, JSON.stringify(JSON.parse(rawBody)));

/** The third: over timestamp and body, the timestamp at most 300 seconds from now. */
export const holdsOverTimestampAndBody = (
  { headers, rawBody }: ReceivedDelivery,
  secret: string,
): boolean => {
  const timestamp = String(headers['x-broxi-timestamp']);
  const isFresh = Math.abs(Math.floor(Date.now() / 1_000) - Number(timestamp)) <= 300;
  return isFresh && headers['x-broxi-signature'] === hexHmac(secret, `${timestamp}.${rawBody}`);
};
