/**
 * Temporal's time-skipping test server, for workflow tests in which days pass in milliseconds. Not part of the
 * running stack. Its jars come from Maven Central like Kafka's.
 */
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir, findInstalled, installOnce } from './cache.ts';
import { copyJars, findJava, findMaven } from './java.ts';

const SERVER_VERSION = '1.32.1';
const INSTALL_NAME = `temporal-test-server-${SERVER_VERSION}`;
const ARTIFACTS = [{ group: 'io.temporal', artifact: 'temporal-test-server', version: SERVER_VERSION }];
const WHO = 'The time-skipping test server';
const INSTEAD = 'leave out the tests that skip time';

/** The C1 compiler alone starts fastest, and a test's server lives for seconds. */
const SCRIPT = `#!/bin/sh
java="$JAVA_HOME/bin/java"
[ -x "$java" ] || java=java
exec "$java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$(dirname "$0")/jars/*" io.temporal.testserver.TestServer "$@"
`;

/**
 * Path of an executable that takes the server's arguments, installed on first use. It is what
 * `TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } })` wants.
 * @throws LocalStackError `missing_program` without Java or Maven, `command_failed`.
 */
export async function timeSkippingServerPath(report: (line: string) => void): Promise<string> {
  const environment = process.env;
  const root = cacheDir(environment);
  await findJava(WHO, INSTEAD, environment);
  const installed = findInstalled(root, INSTALL_NAME);
  const folder = installed ?? (await install(root, report, environment));
  return join(folder, 'temporal-test-server');
}

function install(
  root: string,
  report: (line: string) => void,
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const mvn = findMaven(WHO, INSTEAD, environment);
  const { signal } = new AbortController();
  return installOnce({
    root,
    name: INSTALL_NAME,
    progress: `${WHO}: getting ${SERVER_VERSION} from Maven Central (once)`,
    report,
    signal,
    install: async (into) => {
      await copyJars(mvn, ARTIFACTS, into, { environment, signal });
      const script = join(into, 'temporal-test-server');
      await writeFile(script, SCRIPT);
      await chmod(script, 0o755);
    },
  });
}
