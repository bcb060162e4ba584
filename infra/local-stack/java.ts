/** Java, and jars from Maven Central through the ordinary client. Kafka and the time-skipping server need both. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { askVersion, findOnPath, isExecutable, runCommand } from './command.ts';
import { LocalStackError } from './failure.ts';
import { formatVersion, isAtLeast, OLDEST, parseJavaVersion } from './version.ts';

const DEPENDENCY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';

export interface MavenArtifact {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
}

/**
 * The `java` of JAVA_HOME, else of PATH.
 * @param instead completes "…, or " for a person who cannot install Java.
 * @throws LocalStackError `missing_program` where there is none, or it is too old.
 */
export async function findJava(
  who: string,
  instead: string,
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const home = environment['JAVA_HOME'];
  const fromHome = home === undefined || home === '' ? undefined : join(home, 'bin', 'java');
  const java = fromHome !== undefined && isExecutable(fromHome) ? fromHome : findOnPath('java', environment);
  const printed = java === undefined ? undefined : await askVersion(java, ['-version'], environment);
  const version = parseJavaVersion(printed ?? '');
  if (java !== undefined && version !== undefined && isAtLeast(version, OLDEST.java)) return java;
  const found =
    version === undefined ? 'none was found in JAVA_HOME or PATH' : `found ${formatVersion(version)}`;
  throw new LocalStackError(
    'missing_program',
    `${who} needs Java ${OLDEST.java.major} or later, and ${found}: install a JRE, or ${instead}`,
  );
}

/** @throws LocalStackError `missing_program` where PATH has no `mvn`. */
export function findMaven(who: string, instead: string, environment: NodeJS.ProcessEnv): string {
  const mvn = findOnPath('mvn', environment);
  if (mvn !== undefined) return mvn;
  throw new LocalStackError(
    'missing_program',
    `${who} is not installed, and \`mvn\`, which would get it from Maven Central, is not in PATH: install Maven, or ${instead}`,
  );
}

/**
 * Copies the artifacts and all that they need at run time into `<folder>/jars`.
 * @throws LocalStackError `command_failed`, `aborted`.
 */
export async function copyJars(
  mvn: string,
  artifacts: readonly MavenArtifact[],
  folder: string,
  context: { readonly environment: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<void> {
  const project = join(folder, 'maven');
  await mkdir(project);
  await writeFile(join(project, 'pom.xml'), pom(artifacts));
  await runCommand(
    mvn,
    [
      `${DEPENDENCY_PLUGIN}:copy-dependencies`,
      '--batch-mode',
      '--no-transfer-progress',
      '-Dstyle.color=never',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${join(folder, 'jars')}`,
    ],
    { environment: context.environment, signal: context.signal, directory: project },
  );
  await rm(project, { recursive: true, force: true });
}

function pom(artifacts: readonly MavenArtifact[]): string {
  const dependencies = artifacts.map(
    ({ group, artifact, version }) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`,
  );
  return [
    '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>',
    '<groupId>local</groupId><artifactId>jars</artifactId><version>1</version><packaging>pom</packaging>',
    `<dependencies>${dependencies.join('')}</dependencies></project>`,
  ].join('\n');
}
