/** Reads the versions that programs print, and judges which are new enough. Pure. */

/** Oldest versions that the stack runs on. */
export const OLDEST = {
  /** The first release without ZooKeeper. */
  kafka: { major: 4, minor: 0 },
  /** The server inside the Temporal CLI 1.5. The CLI's own number says nothing: `go install` leaves it 0.0.0-DEV. */
  temporalServer: { major: 1, minor: 29 },
  postgres: { major: 15, minor: 0 },
  /** Kafka 4 brokers are compiled for it. */
  java: { major: 17, minor: 0 },
} as const;

export interface Version {
  readonly major: number;
  readonly minor: number;
}

/** True when `found` is `oldest` or newer. */
export function isAtLeast(found: Version, oldest: Version): boolean {
  return found.major > oldest.major || (found.major === oldest.major && found.minor >= oldest.minor);
}

/** "17.4", or "17" where no minor number is meant. */
export function formatVersion(version: Version): string {
  return `${version.major}.${version.minor}`;
}

/** Server version in `temporal version 0.0.0-DEV (Server 1.29.1, UI 2.42.1)`, or undefined. */
export function parseTemporalServerVersion(output: string): Version | undefined {
  return toVersion(/\bServer (\d+)\.(\d+)/i.exec(output));
}

/** `postgres (PostgreSQL) 15.18 (Debian …)`, `… 18beta1`; undefined for anything else. */
export function parsePostgresVersion(output: string): Version | undefined {
  return toVersion(/\(PostgreSQL\) (\d+)(?:\.(\d+))?/.exec(output));
}

/** `openjdk version "17.0.15" …`; Java 8 and older called themselves 1.8. */
export function parseJavaVersion(output: string): Version | undefined {
  const version = toVersion(/version "(\d+)(?:\.(\d+))?/.exec(output));
  return version?.major === 1 ? { major: version.minor, minor: 0 } : version;
}

/** The version in the name of the broker's own jar, `kafka_2.13-4.1.0.jar`, among the names of a libs folder. */
export function parseKafkaVersion(jarNames: readonly string[]): Version | undefined {
  return jarNames
    .map((name) => toVersion(/^kafka_\d+\.\d+-(\d+)\.(\d+)[^/]*\.jar$/.exec(name)))
    .find((version) => version !== undefined);
}

function toVersion(match: RegExpExecArray | null): Version | undefined {
  const [, major, minor = '0'] = match ?? [];
  return major === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}
