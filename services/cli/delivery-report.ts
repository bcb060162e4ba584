/** How `webhooks listen` shows what arrived. */
import type { LocalDelivery } from '../../infra/http/local-receiver.ts';
import { stateColour } from './colour.ts';
import { indentJson } from './indent-json.ts';
import { printable, printableLines } from './printable.ts';
import type { Terminal } from './terminal.ts';

/** Of a longer body, the beginning is shown. */
const SHOWN_BYTES = 64 * 1024;

/** The headers that tell of the delivery; the rest is what every HTTP request has. */
const TELLING_HEADER = /^(?:x-broxi-|webhook-|content-type$|traceparent$)/i;

/** Headers, indented payload and whether the signature holds, on several lines. */
export function deliveryReport(delivery: LocalDelivery, terminal: Pick<Terminal, 'colours'>): string {
  const time = delivery.receivedAt.toISOString().slice(11, 23);
  return [
    `\n${time}  POST ${printable(delivery.path)}`,
    ...tellingHeaders(delivery.rawHeaders).map(
      ([name, value]) => `  ${printable(name)}: ${printable(value)}`,
    ),
    payloadText(delivery.body),
    `signature ${stateColour(terminal)(delivery.verified)}${reasonOf(delivery)}`,
  ].join('\n');
}

/** One JSON document on one line, for programs. The body is text, exactly as it was signed. */
export const deliveryRecord = (delivery: LocalDelivery): string =>
  JSON.stringify({
    received_at: delivery.receivedAt.toISOString(),
    path: delivery.path,
    headers: delivery.headers,
    body: delivery.body.toString('utf8'),
    signature: delivery.verified,
    ...(delivery.verification?.ok === false ? { reason: delivery.verification.reason } : {}),
    ...(delivery.verification?.ok === true ? { scheme: delivery.verification.scheme } : {}),
  });

function tellingHeaders(rawHeaders: readonly string[]): (readonly [name: string, value: string])[] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    pairs.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '']);
  return pairs.filter(([name]) => TELLING_HEADER.test(name));
}

function payloadText(body: Buffer): string {
  if (body.length === 0) return '(no body)';
  const text = body.subarray(0, SHOWN_BYTES).toString('utf8');
  if (body.length > SHOWN_BYTES)
    return `${printableLines(text)}\n… and ${body.length - SHOWN_BYTES} bytes more`;
  return printableLines(indentJson(text) ?? text);
}

function reasonOf({ verification }: LocalDelivery): string {
  if (verification === null) return ': give --secret to check it';
  return verification.ok ? ` (scheme ${verification.scheme})` : `: ${verification.message}`;
}
