/**
 * The environment, parsed once at start and frozen. A wrong value is answered with one line that names the
 * variable and what was expected; the value itself is left out, for it may be a secret.
 */
import { isIP } from 'node:net';
import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';

const DEFAULT_PORTS = {
  api: 8080,
  routerHealth: 8081,
  workerHealth: 8082,
  projectorHealth: 8083,
  receiver: 8090,
  kafka: 9092,
  temporal: 7233,
  temporalUi: 8233,
  postgres: 5433,
} as const;

const flag = z
  .enum(['true', 'false', '1', '0'], { error: 'expected true or false' })
  .transform((text) => text === 'true' || text === '1');
const isPort = (value: number): boolean => value >= 1 && value <= 65_535;
const port = z
  .string()
  .regex(/^\d{1,5}$/, 'expected a port number from 1 to 65535')
  .transform(Number)
  .refine(isPort, 'expected a port number from 1 to 65535');
const count = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `expected a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `expected a whole number from ${min} to ${max}`);
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
const isAddress = (text: string): boolean =>
  isPort(Number(/^(?:[^\s:/]+|\[[0-9a-fA-F:]+\]):(?<port>\d{1,5})$/.exec(text)?.groups?.['port']));
const url = (protocols: readonly string[], example: string) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `expected a url such as ${example}`,
    );

function hasReadableCredentials(text: string): boolean {
  try {
    const { username, password } = new URL(text);
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

const isCidr = (text: string): boolean => {
  const [ip, prefix, ...rest] = text.split('/');
  const version = isIP(ip ?? '');
  if (version === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
};

const EncryptionKeys = list
  .refine(
    (keys) => keys.length > 0 && keys.every((key) => /^[A-Za-z0-9+/]{43}=$/.test(key)),
    'expected 32 bytes in base64 (several, separated by commas, the current one first)',
  )
  .transform((keys) => keys.map((key) => Buffer.from(key, 'base64')));

const Environment = z.object({
  KAFKA_BROKERS: list
    .refine(
      (brokers) => brokers.length > 0 && brokers.every(isAddress),
      'expected host:port, several separated by commas, ports from 1 to 65535',
    )
    .optional(),
  KAFKA_SSL: flag.default(false),
  KAFKA_SASL_MECHANISM: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'], {
      error: 'expected plain, scram-sha-256 or scram-sha-512',
    })
    .optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
  TEMPORAL_ADDRESS: z.string().refine(isAddress, 'expected host:port, the port from 1 to 65535').optional(),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  TEMPORAL_TLS_CERT: z.string().optional(),
  TEMPORAL_TLS_KEY: z.string().optional(),
  TEMPORAL_API_KEY: z.string().optional(),
  TEMPORAL_UI_URL: url(['http:', 'https:'], 'http://127.0.0.1:8233')
    .transform((text) => text.replace(/\/+$/, ''))
    .optional(),
  DATABASE_URL: url(['postgres:', 'postgresql:'], 'postgres://user@127.0.0.1:5432/webhooks').optional(),
  PORT: port.optional(),
  HEALTH_PORT: port.optional(),
  HOST: z.string().min(1).default('127.0.0.1'),
  WEBHOOKS_PORT_OFFSET: z
    .string()
    .regex(/^\d{1,5}$/, 'expected a whole number from 0 to 50000')
    .transform(Number)
    .refine((offset) => offset <= 50_000, 'expected a whole number from 0 to 50000')
    .default(0),
  WEBHOOKS_API_KEY: z.string().min(16, 'expected at least 16 characters').optional(),
  WEBHOOKS_ENCRYPTION_KEY: EncryptionKeys.optional(),
  WEBHOOKS_DATA_DIR: z.string().min(1).default('.data'),
  WEBHOOKS_EVENT_TOPICS: list
    .refine((topics) => topics.length > 0 && topics.every((topic) => /^[A-Za-z0-9._-]{1,249}$/.test(topic)), {
      error: 'expected Kafka topic names, separated by commas',
    })
    .default(['platform.events']),
  WEBHOOKS_ALLOWED_NETWORKS: list
    .refine((networks) => networks.every(isCidr), 'expected networks such as 10.0.0.0/8, separated by commas')
    .default([]),
  WEBHOOKS_ALLOW_HTTP: flag.default(false),
  WEBHOOKS_SENDER_IPS: list
    .refine((ips) => ips.every((ip) => isIP(ip) !== 0), 'expected IP addresses, separated by commas')
    .default([]),
  WEBHOOKS_TRUSTED_PROXIES: list
    .refine((networks) => networks.every((network) => isCidr(network) && !/\/0+$/.test(network)), {
      error: 'expected networks such as 10.0.0.0/8, separated by commas, none of them the whole internet',
    })
    .default([]),
  WEBHOOKS_EGRESS_PROXY: url(['http:', 'https:'], 'http://proxy.internal:3128')
    .refine(hasReadableCredentials, 'expected user name and password in percent-encoding')
    .optional(),
  DELIVERIES_PER_WORKFLOW: count(1, 1_000).default(500),
  WEBHOOKS_RETRY_WORKFLOWS_PER_SECOND: count(0, 10_000).default(2),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'expected fatal, error, warn, info, debug, trace or silent',
    })
    .default('info'),
});

/** Everything that the environment decides. Ports and addresses have the offset added already. */
export interface Config {
  readonly kafka: {
    readonly brokers: readonly string[];
    readonly ssl: boolean;
    readonly sasl: {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
      readonly username: string;
      readonly password: string;
    } | null;
  };
  readonly temporal: {
    readonly address: string;
    readonly namespace: string;
    /** Paths of PEM files. */
    readonly tls: { readonly certPath: string; readonly keyPath: string } | null;
    readonly apiKey: string | null;
    /** Without a slash at its end. */
    readonly uiUrl: string;
  };
  readonly databaseUrl: string;
  readonly host: string;
  readonly ports: { readonly [part in keyof typeof DEFAULT_PORTS]: number };
  readonly portOffset: number;
  /** The first admin key, of the account `default`. */
  readonly adminKey: string | null;
  /** The current one first; the others still open what they sealed. */
  readonly encryptionKeys: readonly Buffer[];
  /** Absolute. */
  readonly dataDir: string;
  readonly eventTopics: readonly string[];
  readonly allowedNetworks: readonly string[];
  readonly allowHttp: boolean;
  readonly senderIps: readonly string[];
  /** The url that deliveries go through, credentials in it. */
  readonly egressProxy: string | null;
  /** CIDRs and addresses of the proxies in front of the API, whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  /** The most that travel together; 1 gives each delivery a workflow of its own. */
  readonly deliveriesPerWorkflow: number;
  /** How many deliveries that failed in a group may leave it for a workflow of their own, per worker. */
  readonly retryWorkflowsPerSecond: number;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
}

/** The parsed environment, or the one line to print before leaving with a non-zero exit code. */
export type ParsedConfig =
  { readonly ok: true; readonly config: Config } | { readonly ok: false; readonly message: string };

/** Parses `environment`. An empty variable counts as absent. `workingDir` resolves a relative data folder. */
export function parseConfig(
  environment: Readonly<Record<string, string | undefined>>,
  workingDir: string,
): ParsedConfig {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { ok: false, message: `${String(issue?.path[0])}: ${issue?.message}` };
  }
  const env = parsed.data;
  const contradictory = contradiction(env);
  if (contradictory !== null) return { ok: false, message: contradictory };

  const ports = Object.fromEntries(
    Object.entries(DEFAULT_PORTS).map(([part, base]) => [part, base + env.WEBHOOKS_PORT_OFFSET]),
  ) as Record<keyof typeof DEFAULT_PORTS, number>;
  if (env.PORT !== undefined) ports.api = env.PORT;
  if (env.HEALTH_PORT !== undefined) {
    ports.routerHealth = ports.workerHealth = ports.projectorHealth = env.HEALTH_PORT;
  }
  const config: Config = {
    kafka: {
      brokers: env.KAFKA_BROKERS ?? [`127.0.0.1:${ports.kafka}`],
      ssl: env.KAFKA_SSL,
      sasl:
        env.KAFKA_SASL_MECHANISM === undefined
          ? null
          : {
              mechanism: env.KAFKA_SASL_MECHANISM,
              username: env.KAFKA_SASL_USERNAME ?? '',
              password: env.KAFKA_SASL_PASSWORD ?? '',
            },
    },
    temporal: {
      address: env.TEMPORAL_ADDRESS ?? `127.0.0.1:${ports.temporal}`,
      namespace: env.TEMPORAL_NAMESPACE,
      tls:
        env.TEMPORAL_TLS_CERT === undefined
          ? null
          : { certPath: env.TEMPORAL_TLS_CERT, keyPath: env.TEMPORAL_TLS_KEY ?? '' },
      apiKey: env.TEMPORAL_API_KEY ?? null,
      uiUrl: env.TEMPORAL_UI_URL ?? `http://127.0.0.1:${ports.temporalUi}`,
    },
    databaseUrl: env.DATABASE_URL ?? `postgres://webhooks:webhooks@127.0.0.1:${ports.postgres}/webhooks`,
    host: env.HOST,
    ports,
    portOffset: env.WEBHOOKS_PORT_OFFSET,
    adminKey: env.WEBHOOKS_API_KEY ?? null,
    encryptionKeys: env.WEBHOOKS_ENCRYPTION_KEY ?? [],
    dataDir: isAbsolute(env.WEBHOOKS_DATA_DIR)
      ? env.WEBHOOKS_DATA_DIR
      : resolve(workingDir, env.WEBHOOKS_DATA_DIR),
    eventTopics: env.WEBHOOKS_EVENT_TOPICS,
    allowedNetworks: env.WEBHOOKS_ALLOWED_NETWORKS,
    allowHttp: env.WEBHOOKS_ALLOW_HTTP,
    senderIps: env.WEBHOOKS_SENDER_IPS,
    egressProxy: env.WEBHOOKS_EGRESS_PROXY ?? null,
    trustedProxies: env.WEBHOOKS_TRUSTED_PROXIES,
    deliveriesPerWorkflow: env.DELIVERIES_PER_WORKFLOW,
    retryWorkflowsPerSecond: env.WEBHOOKS_RETRY_WORKFLOWS_PER_SECOND,
    logLevel: env.LOG_LEVEL,
  };
  return { ok: true, config: Object.freeze(config) };
}

/** Where this machine reaches what listens on that port, without a slash at the end. */
export function localUrl({ host }: Pick<Config, 'host'>, port: number): string {
  // A service that listens on every address is asked on the nearest one.
  const reachable = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

/** Variables that only make sense together, and the one that would be passed over in silence. */
function contradiction(env: z.infer<typeof Environment>): string | null {
  const credentials = ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const;
  const credential = credentials.find((name) => env[name] !== undefined);
  if (env.KAFKA_SASL_MECHANISM === undefined && credential !== undefined) {
    return `KAFKA_SASL_MECHANISM: expected plain, scram-sha-256 or scram-sha-512, because ${credential} is set`;
  }
  if (env.KAFKA_SASL_MECHANISM !== undefined && env.KAFKA_SASL_USERNAME === undefined) {
    return 'KAFKA_SASL_USERNAME: expected a user name, because KAFKA_SASL_MECHANISM is set';
  }
  if (env.KAFKA_SASL_MECHANISM !== undefined && env.KAFKA_SASL_PASSWORD === undefined) {
    return 'KAFKA_SASL_PASSWORD: expected a password, because KAFKA_SASL_MECHANISM is set';
  }
  if ((env.TEMPORAL_TLS_CERT === undefined) !== (env.TEMPORAL_TLS_KEY === undefined)) {
    return env.TEMPORAL_TLS_CERT === undefined
      ? 'TEMPORAL_TLS_CERT: expected the path of a PEM file, because TEMPORAL_TLS_KEY is set'
      : 'TEMPORAL_TLS_KEY: expected the path of a PEM file, because TEMPORAL_TLS_CERT is set';
  }
  return null;
}
