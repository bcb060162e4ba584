import { describe, expect, test } from 'vitest';
import {
  isAtLeast,
  OLDEST,
  parseJavaVersion,
  parseKafkaVersion,
  parsePostgresVersion,
  parseTemporalServerVersion,
} from '../../../infra/local-stack/version.ts';

describe('what programs print about themselves', () => {
  test('a Temporal CLI is judged by its server, because go install leaves its own number 0.0.0-DEV', () => {
    const built = parseTemporalServerVersion('temporal version 0.0.0-DEV (Server 1.29.1, UI 2.42.1)\n');
    expect(built).toEqual({ major: 1, minor: 29 });
    expect(parseTemporalServerVersion('temporal version 0.13.0')).toBeUndefined();
  });

  test.each([
    ['postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)', { major: 15, minor: 18 }],
    ['postgres (PostgreSQL) 18beta1', { major: 18, minor: 0 }],
    ['postgres (PostgreSQL) 9.6.24', { major: 9, minor: 6 }],
    ['postgres: command not found', undefined],
  ])('PostgreSQL: %s', (printed, version) => {
    expect(parsePostgresVersion(printed)).toEqual(version);
  });

  test.each([
    ['openjdk version "17.0.15" 2025-04-15', { major: 17, minor: 0 }],
    ['java version "1.8.0_392"', { major: 8, minor: 0 }],
    ['openjdk version "21" 2023-09-19', { major: 21, minor: 0 }],
    ['The operation could not be completed. Unable to locate a Java Runtime.', undefined],
  ])('Java: %s', (printed, version) => {
    expect(parseJavaVersion(printed)).toEqual(version);
  });

  test('a Kafka distribution is judged by the jar of its broker', () => {
    const jars = ['kafka-clients-3.9.0.jar', 'kafka_2.13-4.1.0.jar', 'scala-library-2.13.16.jar'];
    expect(parseKafkaVersion(jars)).toEqual({ major: 4, minor: 1 });
    expect(parseKafkaVersion(['kafka_2.13-4.1.0-sources.txt', 'lz4-java-1.8.0.jar'])).toBeUndefined();
  });
});

describe('which versions are new enough', () => {
  test.each([
    [{ major: 4, minor: 0 }, true],
    [{ major: 5, minor: 0 }, true],
    [{ major: 3, minor: 9 }, false],
  ])('Kafka %o: %s', (version, isUsable) => {
    expect(isAtLeast(version, OLDEST.kafka)).toBe(isUsable);
  });

  test('a higher minor number does not make up for a lower major one', () => {
    expect(isAtLeast({ major: 0, minor: 30 }, OLDEST.temporalServer)).toBe(false);
    expect(isAtLeast({ major: 1, minor: 28 }, OLDEST.temporalServer)).toBe(false);
  });
});
