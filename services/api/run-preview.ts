/** Runs a draft over past events from Kafka, and reports how far it has come. */
import type { Kafka } from 'kafkajs';
import { readJson } from '../../domain/deliver/json-text.ts';
import { createPreview } from '../../domain/match/preview.ts';
import { sha256 } from '../../infra/crypto/hash.ts';
import { rangesBetween, readPast } from '../../infra/kafka/read-past.ts';
import type { Logger } from '../../infra/telemetry.ts';
import type { PreviewRequest } from '../../schemas/api.ts';
import type { RecordPlace } from '../../schemas/delivery.ts';
import type { EventTypeCatalogue } from '../../schemas/event-types.ts';
import { parseEventRecord, type PlatformEvent } from '../../schemas/event.ts';
import type { AccountId } from '../../schemas/ids.ts';
import type { Window } from './window.ts';

export interface RunPreviewDeps {
  readonly kafka: Kafka;
  readonly logger: Logger;
  readonly eventTopics: readonly string[];
  /** Judges `data`, as the router does: what it would refuse is not counted. */
  readonly eventTypes: EventTypeCatalogue;
}

export interface PreviewQuestion {
  readonly accountId: AccountId;
  readonly draft: Pick<PreviewRequest, 'events' | 'filters' | 'conditions'>;
  /** How many matches are shown at most; all are counted. */
  readonly limit: number;
  readonly window: Window;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: PreviewProgress) => void;
}

/** So far. `progress` grows from 0 to 1; how many records there are is not told, for they are all accounts'. */
export interface PreviewProgress {
  readonly progress: number;
  readonly events: number;
  readonly matched: number;
}

/** A past event that the draft would have matched. */
export interface PreviewedMatch {
  readonly id: string;
  readonly event: string;
  /** When it happened, by its producer. */
  readonly timestamp: string;
  /** When Kafka was given it. */
  readonly received_at: string;
  readonly source: RecordPlace;
}

/** The answer to `POST /v1/subscriptions/preview`. */
export interface PreviewResult {
  readonly from: string;
  readonly to: string;
  /** The account's events in that time. */
  readonly events: number;
  readonly matched: number;
  /** Matches per hour over the whole time. */
  readonly rate_per_hour: number;
  /** False where the time ran out before all was read: then all counts are too small. */
  readonly complete: boolean;
  /** The newest matches, the newest first. */
  readonly data: readonly PreviewedMatch[];
}

/** Some millions of events. */
const TIME_LIMIT_MS = 300_000;
const HOUR_MS = 60 * 60 * 1_000;

/** Resolves with the result; rejects when `signal` is aborted, and where Kafka cannot be read. */
export async function runPreview(deps: RunPreviewDeps, question: PreviewQuestion): Promise<PreviewResult> {
  const { kafka, logger, eventTopics, eventTypes } = deps;
  const { accountId, draft, limit, window, signal, onProgress } = question;
  const preview = createPreview({ draft, accountId, limit, show: shown, fingerprintOf });
  const end = await readPast(kafka, logger, {
    reader: 'webhooks-api-preview',
    ranges: await rangesBetween(kafka, eventTopics, window.fromMs, window.toMs),
    timeLimitMs: TIME_LIMIT_MS,
    signal,
    onChunk: ({ topic, partition, records }) => {
      for (const record of records) {
        const place = { topic, partition, offset: String(record.offset) };
        const parsed = parseEventRecord({ ...record, ...place }, eventTypes, readJson);
        if (parsed.ok) preview.take({ ...parsed.event, takenAtMs: record.timestampMs, place });
      }
      return 'go_on';
    },
    onProgress: ({ done, total }) =>
      onProgress({ progress: done / total, events: preview.events, matched: preview.matched }),
  });
  return {
    from: new Date(window.fromMs).toISOString(),
    to: new Date(window.toMs).toISOString(),
    events: preview.events,
    matched: preview.matched,
    rate_per_hour: (preview.matched * HOUR_MS) / (window.toMs - window.fromMs),
    complete: end === 'all_read',
    data: preview.newest(),
  };
}

const shown = (event: PlatformEvent & { takenAtMs: number; place: RecordPlace }): PreviewedMatch => ({
  id: event.id,
  event: event.type,
  timestamp: event.occurredAt,
  received_at: new Date(event.takenAtMs).toISOString(),
  source: event.place,
});

const FINGERPRINT_BYTES = 6;

/** 48 bits, all that a number surely holds of whole bytes: of a million ids, two share one once in 500 previews. */
const fingerprintOf = (text: string): number => Buffer.from(sha256(text)).readUIntBE(0, FINGERPRINT_BYTES);
