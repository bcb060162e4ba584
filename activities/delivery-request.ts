/** The request of one attempt: with which headers, as whom. Made anew each time, from settings of now. */
import { BATCH_EVENT_TYPE } from '../domain/batch/batch-delivery.ts';
import { deliveryHeaders } from '../domain/deliver/signature.ts';
import { traceparent } from '../domain/deliver/trace-context.ts';
import { maskedHeaders } from '../domain/record/masked-headers.ts';
import { type LiveSubscription, previousSecretAt } from '../domain/subscription/subscription.ts';
import { hmacSha256 } from '../infra/crypto/hmac.ts';
import type { HttpRequest } from '../infra/http/guarded-agent.ts';
import { isCustomHeader } from '../schemas/custom-headers.ts';
import type { DeliveryTask } from '../schemas/delivery.ts';
import type { Sealed } from '../schemas/subscription-log.ts';

/** What making a request needs of the world. */
export interface RequestDeps {
  /** Opens what was sealed for a subscription and stands in it. Throws where the key is missing. */
  readonly open: (sealed: Sealed, of: LiveSubscription) => string;
  /** 16 random hex digits: the W3C id of one attempt's span. */
  readonly newSpanId: () => string;
}

/** A request, and its headers as they may be kept and shown. */
export interface DeliveryRequest {
  readonly request: HttpRequest;
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** What no answer may repeat where it is kept. */
  readonly secrets: readonly string[];
}

/** The part of a task that its request is made of. */
export type ToSend = Pick<DeliveryTask, 'deliveryId' | 'eventType' | 'body' | 'traceId' | 'batchedEvents'>;

/** What the request of one attempt is made of. */
export interface RequestParts {
  readonly subscription: LiveSubscription;
  readonly task: ToSend;
  /** Where it goes. */
  readonly url: string;
  /** Of the attempt, counted from 1. */
  readonly number: number;
  /** Signed as of then. */
  readonly sentAt: Date;
}

/** Throws where a secret cannot be opened. */
export function deliveryRequest(deps: RequestDeps, parts: RequestParts): DeliveryRequest {
  const { subscription, task, url } = parts;
  const { settings } = subscription;
  const opened = openedFor(deps, parts);
  const headers = headersOf(deps, parts, opened);
  return {
    request: {
      url,
      headers,
      body: task.body,
      timeoutMs: settings.timeout * 1_000,
      tls: tlsOf(settings.tls, (sealed) => deps.open(sealed, subscription)),
    },
    requestHeaders: maskedHeaders(headers, Object.keys(settings.headers)),
    secrets: [opened.secret, opened.previousSecret ?? '', ...Object.values(opened.customHeaders)],
  };
}

function tlsOf(
  tls: LiveSubscription['settings']['tls'],
  open: (sealed: Sealed) => string,
): NonNullable<HttpRequest['tls']> | null {
  if (!tls) return null;
  const { ca, client_certificate: clientCertificate, client_key: clientKey } = tls;
  return { ca, clientCertificate, clientKey: clientKey === null ? null : open(clientKey) };
}

/** What of a subscription is sealed and a request is made of, in clear. */
function openedFor(deps: RequestDeps, { subscription, sentAt }: RequestParts) {
  const open = (sealed: Sealed): string => deps.open(sealed, subscription);
  const previous = previousSecretAt(subscription, sentAt);
  return {
    secret: open(subscription.secret),
    previousSecret: previous === null ? null : open(previous.secret),
    customHeaders: Object.fromEntries(
      Object.entries(subscription.settings.headers).map(([name, value]) => [name, open(value)]),
    ),
  };
}

function headersOf(
  deps: RequestDeps,
  { subscription, task, number, sentAt }: RequestParts,
  opened: ReturnType<typeof openedFor>,
): Record<string, string> {
  return deliveryHeaders(
    {
      eventType: task.batchedEvents === undefined ? task.eventType : BATCH_EVENT_TYPE,
      deliveryId: task.deliveryId,
      subscriptionId: subscription.id,
      attempt: number,
      timestampSeconds: Math.floor(sentAt.getTime() / 1_000),
      body: task.body,
      scheme: subscription.settings.signature_scheme,
      traceparent: traceparent(task.traceId, deps.newSpanId()),
      ...opened,
    },
    hmacSha256,
    isCustomHeader,
  );
}
