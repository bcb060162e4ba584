import { describe, expect, it } from 'vitest';
import { type Config, localUrl, parseConfig } from '../../schemas/config.ts';

const parsed = (environment: Record<string, string> = {}): Config => {
  const result = parseConfig(environment, '/srv/webhooks');
  if (!result.ok) throw new Error(result.message);
  return result.config;
};

describe('the environment', () => {
  it('may be empty: everything has its default', () => {
    expect(parsed()).toMatchObject({
      kafka: { brokers: ['127.0.0.1:9092'], ssl: false, sasl: null },
      temporal: { address: '127.0.0.1:7233', namespace: 'default', uiUrl: 'http://127.0.0.1:8233' },
      host: '127.0.0.1',
      ports: { api: 8080, receiver: 8090 },
      dataDir: '/srv/webhooks/.data',
      eventTopics: ['platform.events'],
      allowedNetworks: [],
      allowHttp: false,
      logLevel: 'info',
    });
  });

  it('takes an empty variable for an absent one', () => {
    expect(parsed({ PORT: '', KAFKA_BROKERS: '' }).ports.api).toBe(8080);
  });

  it.each([['http://ui.internal'], ['http://ui.internal/'], ['http://ui.internal//']])(
    'names the Temporal UI %s so that paths can follow',
    (url) => {
      expect(parsed({ TEMPORAL_UI_URL: url }).temporal.uiUrl).toBe('http://ui.internal');
    },
  );

  it('adds the offset to every default', () => {
    const config = parsed({ WEBHOOKS_PORT_OFFSET: '100' });
    expect(config.kafka.brokers).toEqual(['127.0.0.1:9192']);
    expect(config.temporal.address).toBe('127.0.0.1:7333');
    expect(new URL(config.databaseUrl).port).toBe('5533');
    expect(config.ports).toMatchObject({ api: 8180, receiver: 8190, temporalUi: 8333 });
  });

  it('cannot be changed once it was parsed', () => {
    expect(Object.isFrozen(parsed())).toBe(true);
  });

  it.each([
    ['KAFKA_BROKERS', 'localhost'],
    ['KAFKA_BROKERS', '127.0.0.1:9092,127.0.0.1:99999'],
    ['KAFKA_SSL', 'maybe'],
    ['KAFKA_SASL_MECHANISM', 'kerberos'],
    ['TEMPORAL_ADDRESS', 'http://localhost:7233'],
    ['TEMPORAL_ADDRESS', 'temporal:0'],
    ['TEMPORAL_ADDRESS', '[::1]:65536'],
    ['TEMPORAL_UI_URL', 'localhost'],
    ['DATABASE_URL', 'mysql://localhost/webhooks'],
    ['PORT', '70000'],
    ['PORT', 'http'],
    ['WEBHOOKS_PORT_OFFSET', '-1'],
    ['WEBHOOKS_API_KEY', 'short'],
    ['WEBHOOKS_ENCRYPTION_KEY', 'c2hvcnQ='],
    ['WEBHOOKS_EVENT_TOPICS', 'two words'],
    ['WEBHOOKS_ALLOWED_NETWORKS', '10.0.0.0/33'],
    ['WEBHOOKS_ALLOW_HTTP', 'sometimes'],
    ['WEBHOOKS_SENDER_IPS', '300.1.1.1'],
    ['WEBHOOKS_TRUSTED_PROXIES', 'true'],
    ['WEBHOOKS_TRUSTED_PROXIES', '0.0.0.0/0'],
    ['WEBHOOKS_EGRESS_PROXY', 'proxy'],
    ['LOG_LEVEL', 'loud'],
  ])('with a wrong %s is one line that names it and says what was expected', (name, value) => {
    const result = parseConfig({ [name]: value }, '/');
    expect(result).toMatchObject({
      ok: false,
      message: expect.stringMatching(new RegExp(`^${name}: expected .+`)),
    });
    if (!result.ok) expect(result.message).not.toContain('\n');
  });

  it.each([
    ['KAFKA_SASL_USERNAME', { KAFKA_SASL_MECHANISM: 'plain' }],
    ['KAFKA_SASL_PASSWORD', { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'me' }],
    ['KAFKA_SASL_MECHANISM', { KAFKA_SASL_USERNAME: 'me' }],
    ['KAFKA_SASL_MECHANISM', { KAFKA_SASL_PASSWORD: 'mine' }],
    ['TEMPORAL_TLS_KEY', { TEMPORAL_TLS_CERT: '/cert.pem' }],
    ['TEMPORAL_TLS_CERT', { TEMPORAL_TLS_KEY: '/key.pem' }],
  ])('misses %s where %j is set', (name, environment) => {
    expect(parseConfig(environment, '/')).toMatchObject({
      ok: false,
      message: expect.stringContaining(`${name}: expected`),
    });
  });

  it('never shows the value that is wrong: it may be a secret', () => {
    const result = parseConfig({ WEBHOOKS_ENCRYPTION_KEY: 'my-secret-value' }, '/');
    expect(JSON.stringify(result)).not.toContain('my-secret-value');
  });
});

it.each([
  ['127.0.0.1', 'http://127.0.0.1:8080'],
  ['0.0.0.0', 'http://127.0.0.1:8080'],
  ['::1', 'http://[::1]:8080'],
  ['::', 'http://[::1]:8080'],
  ['webhooks.internal', 'http://webhooks.internal:8080'],
])('what listens on %s is reached at %s', (host, expected) => {
  expect(localUrl({ host }, 8080)).toBe(expected);
});
