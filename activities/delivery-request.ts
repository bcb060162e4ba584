/** The request of one attempt: with which headers, as whom. Made anew each time, from settings of now. */
import { BATCH_EVENT_TYPE } from '../domain/batch/batch-delivery.ts';
import { deliveryHeaders } from '../domain/deliver/signature.ts';
import { traceparent } from '../domain/deliver/trace-context.ts';
import { type SecretForms, secretForms } from '../domain/record/masked-answer.ts';
import { maskedHeaders } from '../domain/record/masked-headers.ts';
import {
  type LiveSubscription,
  type PreviousSecret,
  previousSecretAt,
} from '../domain/subscription/subscription.ts';
import { hmacSha256 } from '../infra/crypto/hmac.ts';
import type { HttpRequest } from '../infra/http/guarded-agent.ts';
import { isCustomHeader } from '../schemas/custom-headers.ts';
import type { TaskHead } from '../schemas/delivery.ts';
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
  readonly secrets: SecretForms;
}

/** The part of a task that its request is made of, beside its body. */
export type ToSend = Pick<TaskHead, 'deliveryId' | 'eventType' | 'traceId' | 'batchedEvents'>;

/** What the request of one attempt is made of. */
export interface RequestParts {
  readonly subscription: LiveSubscription;
  readonly task: ToSend;
  /** The text that is sent, or its UTF-8 bytes. */
  readonly body: string | Buffer;
  /** Where it goes. */
  readonly url: string;
  /** Of the attempt, counted from 1. */
  readonly number: number;
  /** Signed as of then. */
  readonly sentAt: Date;
}

/** Makes the request of one attempt. Throws where a secret cannot be opened. */
export type MakeRequest = (parts: RequestParts) => DeliveryRequest;

/** What is opened is kept as long as the state of the subscription that it is of: attempts need the same each time. */
export function createMakeRequest(deps: RequestDeps): MakeRequest {
  const known = new WeakMap<LiveSubscription, Opened>();
  const openedAt = (subscription: LiveSubscription, at: Date): Opened => {
    const previous = previousSecretAt(subscription, at);
    const before = known.get(subscription);
    if (before !== undefined && before.previous === previous) return before;
    const opened = openedOf(deps, subscription, previous);
    known.set(subscription, opened);
    return opened;
  };
  return (parts) => {
    const { subscription, body, url, sentAt } = parts;
    const { settings } = subscription;
    const opened = openedAt(subscription, sentAt);
    const headers = headersOf(deps, parts, opened);
    return {
      request: {
        url,
        headers,
        body,
        timeoutMs: settings.timeout * 1_000,
        tls: opened.tls,
      },
      requestHeaders: maskedHeaders(headers, Object.keys(settings.headers)),
      secrets: opened.secrets,
    };
  };
}

/** What of a subscription is sealed and a request is made of, in clear. */
interface Opened {
  /** What `previousSecret` stands in, for it does not stay valid. */
  readonly previous: PreviousSecret | null;
  readonly secret: string;
  readonly previousSecret: string | null;
  readonly customHeaders: Readonly<Record<string, string>>;
  readonly tls: NonNullable<HttpRequest['tls']> | null;
  readonly secrets: SecretForms;
}

function openedOf(
  deps: RequestDeps,
  subscription: LiveSubscription,
  previous: PreviousSecret | null,
): Opened {
  const open = (sealed: Sealed): string => deps.open(sealed, subscription);
  const secret = open(subscription.secret);
  const previousSecret = previous === null ? null : open(previous.secret);
  const customHeaders = Object.fromEntries(
    Object.entries(subscription.settings.headers).map(([name, value]) => [name, open(value)]),
  );
  return {
    previous,
    secret,
    previousSecret,
    customHeaders,
    tls: tlsOf(subscription.settings.tls, open),
    secrets: secretForms([secret, previousSecret ?? '', ...Object.values(customHeaders)]),
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

function headersOf(
  deps: RequestDeps,
  { subscription, task, body, number, sentAt }: RequestParts,
  { secret, previousSecret, customHeaders }: Opened,
): Record<string, string> {
  return deliveryHeaders(
    {
      eventType: task.batchedEvents === undefined ? task.eventType : BATCH_EVENT_TYPE,
      deliveryId: task.deliveryId,
      subscriptionId: subscription.id,
      attempt: number,
      timestampSeconds: Math.floor(sentAt.getTime() / 1_000),
      body,
      scheme: subscription.settings.signature_scheme,
      traceparent: traceparent(task.traceId, deps.newSpanId()),
      secret,
      previousSecret,
      customHeaders,
    },
    hmacSha256,
    isCustomHeader,
  );
}
