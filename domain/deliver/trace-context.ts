/** W3C Trace Context, level 1: https://www.w3.org/TR/trace-context/ */

import type { PlatformEvent } from '../../schemas/event.ts';

const TRACEPARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;
const INVALID_TRACE_ID = '0'.repeat(32);
/** Two digits for each byte. */
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The trace id in a `traceparent` header, or null where there is none that is valid. */
export function traceIdOf(traceparent: string | undefined): string | null {
  const traceId = TRACEPARENT.exec(traceparent ?? '')?.[1];
  return traceId === undefined || traceId === INVALID_TRACE_ID ? null : traceId;
}

/** For an event whose producer traces nothing: the same for all deliveries of the event. */
export const eventTraceId = (
  event: Pick<PlatformEvent, 'accountId' | 'type' | 'id'>,
  sha256: (text: string) => Uint8Array,
): string => {
  let hex = '';
  for (const byte of sha256(JSON.stringify([event.accountId, event.type, event.id])).subarray(0, 16)) {
    hex += HEX[byte];
  }
  return hex;
};

/** The header of a sampled span. `traceId` has 32 hex digits, `spanId` 16. */
export const traceparent = (traceId: string, spanId: string): string => `00-${traceId}-${spanId}-01`;
