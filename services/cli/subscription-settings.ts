/** From the options of `subscriptions create` and `update` to the body that the API takes. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { usageFailure } from './failure.ts';
import {
  commaList,
  headerLine,
  jsonObject,
  perSecond,
  seconds,
  spanInSeconds,
  wholeNumber,
} from './option-values.ts';

export interface SettingsOptions {
  readonly url?: string;
  readonly events?: readonly string[];
  readonly description?: string;
  readonly secret?: string;
  readonly timeout?: number;
  readonly maxRetries?: number;
  readonly header?: Readonly<Record<string, string>>;
  readonly filter?: Readonly<Record<string, unknown>>;
  readonly condition?: Readonly<Record<string, unknown>>;
  readonly batchSize?: number;
  readonly batchTimeout?: number;
  readonly rateLimit?: number;
  readonly orderedBy?: string;
  readonly fallback?: string;
  readonly signatureScheme?: string;
  readonly autoDisableAfter?: number;
  readonly active?: boolean;
  readonly inactive?: boolean;
  /** A path, or `-`. */
  readonly file?: string;
}

/** Adds the options that both commands have. */
export const withSettingsOptions = (command: Command): Command =>
  command
    .option('--url <url>', 'where deliveries go')
    .option('--events <types>', 'event types, separated by commas; workflow.* and * match many', commaList)
    .option('--description <text>', 'what it is for')
    .option('--secret <secret>', 'what deliveries are signed with, at least 16 characters')
    .option('--timeout <seconds>', 'how long an attempt may take', seconds)
    .option('--max-retries <count>', 'attempts after the first one', wholeNumber(0, 100))
    .option('--header <line>', "a header to send along, as 'Name: value'; may be repeated", headerLine)
    .option('--filter <json>', 'filters: an object of fields of the event', jsonObject)
    .option('--condition <json>', 'conditions: an object of fields of the event', jsonObject)
    .option(
      '--batch-size <count>',
      'deliver so many events as one; needs --batch-timeout',
      wholeNumber(1, 1_000),
    )
    .option(
      '--batch-timeout <seconds>',
      'for how long events are collected at most; needs --batch-size',
      seconds,
    )
    .option('--rate-limit <count>', 'send at most so many requests a second; what is over waits', perSecond)
    .option('--ordered-by <field>', 'deliver events with the same value of this field in order')
    .option('--fallback <url>', 'where a delivery goes that was given up')
    .option('--signature-scheme <name>', 'what X-Broxi-Signature covers: body, or timestamped')
    .option(
      '--auto-disable-after <span>',
      'disable it after so long of nothing but failure: seconds, or such as 12h or 5d',
      spanInSeconds,
    )
    .option('--file <path>', 'read settings from a JSON file, or - for standard input; options win over it');

/** `--inactive`, and for an update its opposite. */
export const inactiveOption = (description: string): Option =>
  new Option('--inactive', description).conflicts('active');

/** The settings that were named, and nothing else. `fileText` is what `--file` held. */
export function settingsOf(options: SettingsOptions, fileText: string | null): Record<string, unknown> {
  const fromFile = fileText === null ? {} : settingsOfFile(fileText);
  const { url, events, description, secret, timeout, maxRetries, header, filter, condition } = options;
  const { batchSize, batchTimeout, rateLimit, orderedBy, fallback, signatureScheme, autoDisableAfter } =
    options;
  if ((batchSize === undefined) !== (batchTimeout === undefined))
    throw usageFailure('expected --batch-size and --batch-timeout together');
  const active = options.inactive === true ? false : options.active;
  const named = {
    url,
    events,
    description,
    secret,
    timeout,
    headers: header,
    filters: filter,
    conditions: condition,
    active,
    aggregation: batchSize === undefined ? undefined : { batch_size: batchSize, batch_timeout: batchTimeout },
    rate_limit: rateLimit === undefined ? undefined : { per_second: rateLimit },
    ordered_by: orderedBy,
    fallback: fallback === undefined ? undefined : { url: fallback },
    signature_scheme: signatureScheme,
    auto_disable_after: autoDisableAfter,
    retry_policy:
      maxRetries === undefined
        ? undefined
        : { ...asObject(fromFile['retry_policy']), max_retries: maxRetries },
  };
  return {
    ...fromFile,
    ...Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)),
  };
}

/** The object itself, or `{"webhook_config": {…}}` as the documentation writes it. */
function settingsOfFile(text: string): Record<string, unknown> {
  try {
    const document = jsonObject(text);
    const isWrapped = Object.keys(document).length === 1 && 'webhook_config' in document;
    return isWrapped ? jsonObject(JSON.stringify(document['webhook_config'])) : document;
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw usageFailure('--file: expected a JSON object');
    throw error;
  }
}

const asObject = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});
