/**
 * The catalogue: every event type that the platform has told us about, with a schema of its `data` and an
 * example. A schema judges what is there and demands nothing: each field may be absent, one that is present
 * must have its type, and a field that is not named here passes through.
 */
import { z } from 'zod';
import type { JsonObject } from './json.ts';

/** What is known of one event type. */
export interface EventTypeDefinition {
  /** One sentence: when such an event is produced. */
  readonly description: string;
  /** Judges `data`. Must answer at once: no asynchronous refinement. Its output is thrown away. */
  readonly data: z.ZodType;
  /** A `data` that fills every field. */
  readonly example: JsonObject;
}

/** Event type → definition. A type that is not in it is accepted with any `data`. */
export type EventTypeCatalogue = ReadonlyMap<string, EventTypeDefinition>;

/** Any JSON number. `z.number()` would refuse Infinity, which is what `1e400` reads as, and lose the event. */
const number = z
  .custom<number>((value) => typeof value === 'number', { error: 'Invalid input: expected number' })
  .meta({ type: 'number' });
const text = z.string();
const object = z.looseObject({});
const some = <Shape extends z.ZodRawShape>(shape: Shape) => z.looseObject(shape).partial();
const seconds = number.meta({ type: 'number', description: 'Seconds.' });
const textOrNumber = z.union([text, number], { error: 'Invalid input: expected string or number' });

const failure = some({ code: text, message: text, component: text, details: object });
const actors = { user_id: text, session_id: text };
const run = { workflow_id: text, run_id: text, ...actors };
const componentRun = { ...run, component: text };
const usage = {
  token_usage: some({ prompt_tokens: number, completion_tokens: number, total_tokens: number }),
};
const quota = {
  user_id: text,
  quota_name: text,
  usage: number,
  usage_percent: number,
  limit: textOrNumber,
  reset_time: textOrNumber,
};

const define = (description: string, fields: z.ZodRawShape, example: JsonObject): EventTypeDefinition => ({
  description,
  data: some(fields),
  example,
});

const RUN_EXAMPLE = {
  workflow_id: 'customer_support_bot',
  run_id: 'run_12345',
  user_id: 'user_67890',
  session_id: 'session_abcdef',
};
const FAILED_RUN_EXAMPLE = {
  workflow_id: 'document_processor',
  run_id: 'run_12346',
  user_id: 'user_67891',
  session_id: 'session_abcdef',
};
const TIMEOUT_EXAMPLE = {
  code: 'COMPONENT_TIMEOUT',
  message: 'The document loader gave no answer for 30 seconds',
  component: 'Document Loader',
  details: { timeout_duration: 30, file_size: '15MB', file_type: 'PDF' },
};

/** The types that ship with the product. */
export const EVENT_TYPES: EventTypeCatalogue = new Map([
  [
    'workflow.started',
    define(
      'A run of a workflow has begun.',
      { ...run, input: text },
      { ...RUN_EXAMPLE, input: 'Where is my parcel?' },
    ),
  ],
  [
    'workflow.completed',
    define(
      'A run of a workflow has ended with a result.',
      {
        ...run,
        ...usage,
        input: text,
        output: text,
        execution_time: seconds,
        cost: number,
        components_executed: z.array(some({ name: text, execution_time: seconds })),
      },
      {
        ...RUN_EXAMPLE,
        input: 'Where is my parcel?',
        output: 'It left the warehouse this morning and arrives tomorrow.',
        execution_time: 2.3,
        token_usage: { prompt_tokens: 150, completion_tokens: 75, total_tokens: 225 },
        cost: 0.0045,
        components_executed: [
          { name: 'Chat Input', execution_time: 0.1 },
          { name: 'OpenAI Model', execution_time: 2.0 },
          { name: 'Chat Output', execution_time: 0.2 },
        ],
      },
    ),
  ],
  [
    'workflow.failed',
    define(
      'A run of a workflow has ended with an error.',
      {
        ...run,
        ...usage,
        input: text,
        error: failure,
        execution_time: seconds,
        cost: number,
        failed_component: text,
      },
      {
        ...FAILED_RUN_EXAMPLE,
        input: 'Summarise the attached contract',
        error: TIMEOUT_EXAMPLE,
        execution_time: 30.5,
        token_usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
        cost: 0,
        failed_component: 'Document Loader',
      },
    ),
  ],
  [
    'workflow.timeout',
    define(
      'A run of a workflow has used up its time.',
      { ...run, input: text, execution_time: seconds, timeout_duration: seconds, failed_component: text },
      {
        ...FAILED_RUN_EXAMPLE,
        input: 'Summarise the attached contract',
        execution_time: 300,
        timeout_duration: 300,
        failed_component: 'Document Loader',
      },
    ),
  ],
  [
    'workflow.cancelled',
    define(
      'A run of a workflow was stopped before its end.',
      { ...run, input: text, execution_time: seconds, cancelled_by: text, reason: text },
      {
        ...RUN_EXAMPLE,
        input: 'Where is my parcel?',
        execution_time: 1.2,
        cancelled_by: 'user_67890',
        reason: 'conversation_closed',
      },
    ),
  ],
  [
    'component.started',
    define(
      'One component of a running workflow has begun.',
      { ...componentRun, input: text },
      { ...RUN_EXAMPLE, component: 'OpenAI Model', input: 'Where is my parcel?' },
    ),
  ],
  [
    'component.completed',
    define(
      'One component of a running workflow has ended with a result.',
      { ...componentRun, ...usage, input: text, output: text, execution_time: seconds, cost: number },
      {
        ...RUN_EXAMPLE,
        component: 'OpenAI Model',
        input: 'Where is my parcel?',
        output: 'It left the warehouse this morning and arrives tomorrow.',
        execution_time: 2.0,
        token_usage: { prompt_tokens: 150, completion_tokens: 75, total_tokens: 225 },
        cost: 0.0045,
      },
    ),
  ],
  [
    'component.failed',
    define(
      'One component of a running workflow has ended with an error.',
      { ...componentRun, input: text, error: failure, execution_time: seconds },
      {
        ...FAILED_RUN_EXAMPLE,
        component: 'Document Loader',
        input: 'contract.pdf',
        error: {
          code: 'UNSUPPORTED_FILE',
          message: 'The file is encrypted',
          component: 'Document Loader',
          details: { file_size: '15MB', file_type: 'PDF' },
        },
        execution_time: 0.4,
      },
    ),
  ],
  [
    'component.timeout',
    define(
      'One component of a running workflow has used up its time.',
      { ...componentRun, input: text, error: failure, execution_time: seconds, timeout_duration: seconds },
      {
        ...FAILED_RUN_EXAMPLE,
        component: 'Document Loader',
        input: 'contract.pdf',
        error: TIMEOUT_EXAMPLE,
        execution_time: 30,
        timeout_duration: 30,
      },
    ),
  ],
  [
    'user.message.received',
    define(
      'A user has written a message.',
      {
        ...actors,
        workflow_id: text,
        message: some({ id: text, content: text, type: text, metadata: object }),
        conversation_context: some({
          message_count: number,
          session_duration: seconds,
          previous_intents: z.array(text),
        }),
      },
      {
        user_id: 'user_67890',
        session_id: 'session_abcdef',
        workflow_id: 'customer_support_bot',
        message: {
          id: 'msg_123',
          content: 'Has order #12345 been sent yet?',
          type: 'text',
          metadata: { source: 'web_chat', user_agent: 'Mozilla/5.0', ip_address: '192.168.1.100' },
        },
        conversation_context: {
          message_count: 5,
          session_duration: 120,
          previous_intents: ['greeting', 'order_inquiry'],
        },
      },
    ),
  ],
  [
    'user.session.started',
    define(
      'A user has opened a session.',
      { ...actors, workflow_id: text, metadata: object },
      {
        user_id: 'user_67890',
        session_id: 'session_abcdef',
        workflow_id: 'customer_support_bot',
        metadata: { source: 'web_chat', user_agent: 'Mozilla/5.0', ip_address: '192.168.1.100' },
      },
    ),
  ],
  [
    'user.session.ended',
    define(
      "A user's session was closed, or ran out.",
      { ...actors, workflow_id: text, session_duration: seconds, message_count: number, reason: text },
      {
        user_id: 'user_67890',
        session_id: 'session_abcdef',
        workflow_id: 'customer_support_bot',
        session_duration: 120,
        message_count: 5,
        reason: 'inactivity',
      },
    ),
  ],
  [
    'api.quota.warning',
    define('Most of an API quota is used up.', quota, {
      user_id: 'user_67890',
      quota_name: 'requests_per_day',
      usage: 8500,
      usage_percent: 85,
      limit: 10000,
      reset_time: '2024-01-16T00:00:00Z',
    }),
  ],
  [
    'api.quota.exceeded',
    define('An API quota is used up: further calls are refused until it is reset.', quota, {
      user_id: 'user_67890',
      quota_name: 'requests_per_day',
      usage: 10000,
      usage_percent: 100,
      limit: 10000,
      reset_time: '2024-01-16T00:00:00Z',
    }),
  ],
  [
    'system.maintenance',
    define(
      'Maintenance of the platform was planned, has begun or has ended.',
      {
        maintenance_id: text,
        status: text,
        message: text,
        start_time: text,
        end_time: text,
        affected_services: z.array(text),
      },
      {
        maintenance_id: 'maint_42',
        status: 'scheduled',
        message: 'Runs may take up to a minute longer to begin.',
        start_time: '2024-01-20T02:00:00Z',
        end_time: '2024-01-20T03:00:00Z',
        affected_services: ['workflows', 'api'],
      },
    ),
  ],
  [
    'webhook.disabled',
    define(
      'A subscription was disabled by the system: its events are dropped until it is enabled again.',
      { webhook_id: text, reason: text, version: number },
      { webhook_id: 'wh_abc12345', reason: 'auto_disabled', version: 4 },
    ),
  ],
  [
    'webhook.degraded',
    define(
      'An endpoint fails so often that deliveries to it are held back, and single ones sent to try it.',
      { webhook_id: text, host: text, since: text },
      { webhook_id: 'wh_abc12345', host: 'example.com', since: '2024-01-15T10:30:05.123Z' },
    ),
  ],
  [
    'webhook.recovered',
    define(
      'An endpoint that was degraded takes deliveries again.',
      { webhook_id: text, host: text, degraded_since: text },
      { webhook_id: 'wh_abc12345', host: 'example.com', degraded_since: '2024-01-15T10:30:05.123Z' },
    ),
  ],
  [
    'delivery.exhausted',
    define(
      'A delivery was given up: its retries ran out, or its endpoint answered what is not retried.',
      {
        webhook_id: text,
        delivery_id: text,
        event_id: text,
        event: text,
        reason: text,
        attempts: number,
        host: text,
        status_code: number,
        error: text,
      },
      {
        webhook_id: 'wh_abc12345',
        delivery_id: 'del_0123456789abcdefghjkmnpqrstvwxyz',
        event_id: 'evt_1',
        event: 'workflow.completed',
        reason: 'retries_used_up',
        attempts: 4,
        host: 'example.com',
        status_code: 503,
        error: 'answered 503',
      },
    ),
  ],
]);

/** The JSON Schema (draft 2020-12) of a type's `data`, for API readers. */
export function dataJsonSchema(definition: EventTypeDefinition): z.core.JSONSchema.BaseSchema {
  // "any": a number is a custom check to zod, and brings its JSON Schema as metadata.
  return z.toJSONSchema(definition.data, { unrepresentable: 'any' });
}
