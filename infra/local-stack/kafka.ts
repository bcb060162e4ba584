/**
 * Kafka: one KRaft node that is broker and controller. Its program is a folder of jars on a JRE, either a
 * distribution that is on this machine already or the official jars from Maven Central.
 * Data: `<data folder>/kafka`, with the log in `log/`. Topics are made elsewhere, explicitly.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { findInstalled, installOnce } from './cache.ts';
import type { ChildSpec } from './child.ts';
import { findOnPath, runCommand } from './command.ts';
import { copyJars, findJava, findMaven } from './java.ts';
import type { PlannedPart, StackContext } from './part.ts';
import { BASE_PORTS, LOOPBACK, offsetPort, portAccepts } from './port.ts';
import { formatVersion, isAtLeast, OLDEST, parseKafkaVersion } from './version.ts';

const TITLE = 'Kafka';
const KAFKA_VERSION = '4.1.0';
const INSTALL_NAME = `kafka-${KAFKA_VERSION}`;
const ARTIFACTS = [
  { group: 'org.apache.kafka', artifact: 'kafka_2.13', version: KAFKA_VERSION },
  // The broker logs through SLF4J and brings no binding: without this one kafka.log stays empty.
  { group: 'org.apache.logging.log4j', artifact: 'log4j-slf4j-impl', version: '2.24.3' },
];
const INSTEAD = 'set KAFKA_BROKERS to the address of a running broker';

/**
 * Measured on two cores: with the C1 compiler alone the broker starts in 3.0 instead of 5.0 s of CPU, and spends
 * 0.8 instead of 1.5 s of CPU on 100,000 records, because C2 never pays back its own work in the life of a local
 * stack. 512 MB hold these loads with 225 MB resident; the serial collector needs no threads of its own.
 */
const JVM_FLAGS = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Djava.awt.headless=true'];
const HEAP_FLAGS = ['-Xms128m', '-Xmx512m'];

/** Log folders, relative to the broker's own: a path in a properties file would need escapes, and no comma. */
const LOG_FOLDER = 'log';
const UNFORMATTED_FOLDER = 'log.unformatted';

/** Warnings and what the broker says when it comes and goes; the chatter of coordinators is left out. */
const LOGGING = `status=error
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{ISO8601} %p %m (%c{1})%n%throwable
rootLogger.level=warn
rootLogger.appenderRef.out.ref=out
logger.server.name=kafka.server.KafkaRaftServer
logger.server.level=info
`;

/** How to reach the classes of the broker. */
interface Runtime {
  readonly java: string;
  /** Folder of jars. */
  readonly libs: string;
}

/** @throws LocalStackError `missing_program`. */
export async function planKafka(context: StackContext): Promise<PlannedPart> {
  const { environment } = context;
  const java = await findJava(TITLE, INSTEAD, environment);
  const found = findDistribution(context) ?? jarsOf(findInstalled(context.cacheDir, INSTALL_NAME));
  const plan = (libs: () => Promise<string>): PlannedPart => ({
    name: 'kafka',
    title: TITLE,
    prepare: async () => prepare(context, { java, libs: await libs() }),
  });
  if (found !== undefined) return plan(() => Promise.resolve(found));
  const mvn = findMaven(TITLE, INSTEAD, environment);
  return plan(() => installJars(context, mvn));
}

/** The libs folder of a distribution named by KAFKA_HOME or found through PATH, where it is new enough. */
function findDistribution({ environment, report }: StackContext): string | undefined {
  const script = findOnPath('kafka-server-start.sh', environment);
  const homes = [
    environment['KAFKA_HOME'],
    script === undefined ? undefined : dirname(dirname(realpathSync(script))),
  ];
  for (const home of homes) {
    if (home === undefined || home === '') continue;
    const libs = join(home, 'libs');
    const version = existsSync(libs) ? parseKafkaVersion(readdirSync(libs)) : undefined;
    if (version !== undefined && isAtLeast(version, OLDEST.kafka)) {
      report(`using ${formatVersion(version)} in ${home}`);
      return libs;
    }
    const found = version === undefined ? 'holds no Kafka' : `holds ${formatVersion(version)}`;
    report(`${home} ${found}, ${formatVersion(OLDEST.kafka)} or later is needed: passed over`);
  }
  return undefined;
}

function jarsOf(installation: string | undefined): string | undefined {
  return installation === undefined ? undefined : join(installation, 'jars');
}

async function installJars(context: StackContext, mvn: string): Promise<string> {
  const { cacheDir, environment, report, signal } = context;
  const folder = await installOnce({
    root: cacheDir,
    name: INSTALL_NAME,
    progress: `getting ${KAFKA_VERSION} from Maven Central (43 MB, once)`,
    report,
    signal,
    install: (into) => copyJars(mvn, ARTIFACTS, into, { environment, signal }),
  });
  return join(folder, 'jars');
}

async function prepare(context: StackContext, runtime: Runtime): Promise<ChildSpec> {
  const folder = join(context.dataDir, 'kafka');
  await mkdir(folder, { recursive: true });
  const ports = {
    broker: offsetPort(BASE_PORTS.kafka, context.portOffset),
    controller: offsetPort(BASE_PORTS.kafkaController, context.portOffset),
  };
  const properties = join(folder, 'server.properties');
  await writeFile(properties, serverProperties(ports, LOG_FOLDER));
  await writeFile(join(folder, 'log4j2.properties'), LOGGING);
  if (!existsSync(join(folder, LOG_FOLDER))) await format(context, runtime, folder, ports);
  const address = `${LOOPBACK}:${ports.broker}`;
  return {
    title: TITLE,
    command: runtime.java,
    args: [...JVM_FLAGS, ...HEAP_FLAGS, ...classes(runtime, folder), 'kafka.Kafka', properties],
    environment: context.environment,
    directory: folder,
    stopSignal: 'SIGTERM',
    marker: properties,
    ports: [ports.broker, ports.controller],
    address,
    isReady: async () => (await portAccepts(ports.broker)) && (await servesClients(address)),
  };
}

/** Gives the log folder its cluster id. It appears under its final name only when it is whole. */
async function format(
  { environment, signal, report }: StackContext,
  runtime: Runtime,
  folder: string,
  ports: BrokerPorts,
): Promise<void> {
  report('formatting a new log');
  const unformatted = join(folder, UNFORMATTED_FOLDER);
  await rm(unformatted, { recursive: true, force: true });
  const properties = join(folder, 'format.properties');
  await writeFile(properties, serverProperties(ports, UNFORMATTED_FOLDER));
  const tool = ['kafka.tools.StorageTool', 'format', '--standalone'];
  await runCommand(
    runtime.java,
    [
      ...JVM_FLAGS,
      ...classes(runtime, folder),
      ...tool,
      '--cluster-id',
      newClusterId(),
      '--config',
      properties,
    ],
    { environment, signal, directory: folder },
  );
  await rm(properties);
  await rename(unformatted, join(folder, LOG_FOLDER));
}

function classes({ libs }: Runtime, folder: string): string[] {
  return [`-Dlog4j2.configurationFile=${join(folder, 'log4j2.properties')}`, '-cp', join(libs, '*')];
}

/** 16 random bytes in base64url, as Kafka writes ids. The first is small: a leading "-" would read as an option. */
function newClusterId(): string {
  const bytes = randomBytes(16);
  bytes[0] = 0;
  return bytes.toString('base64url');
}

interface BrokerPorts {
  readonly broker: number;
  readonly controller: number;
}

/**
 * One node, so every replication factor is 1. The inner topics get 4 partitions instead of 50: each costs open
 * files and time at every start. The log cleaner's buffer would by default take a quarter of the heap. After
 * kill -9 the controller refuses the new broker until the session of the dead one has run out, by default 9 s.
 */
function serverProperties(ports: BrokerPorts, logFolder: string): string {
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.bootstrap.servers': `${LOOPBACK}:${ports.controller}`,
    listeners: `PLAINTEXT://${LOOPBACK}:${ports.broker},CONTROLLER://${LOOPBACK}:${ports.controller}`,
    'advertised.listeners': `PLAINTEXT://${LOOPBACK}:${ports.broker},CONTROLLER://${LOOPBACK}:${ports.controller}`,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': logFolder,
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    'auto.create.topics.enable': false,
    'group.initial.rebalance.delay.ms': 0,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 4,
    'log.cleaner.dedupe.buffer.size': 32 * 1024 * 1024,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** True when the broker has joined its own cluster and answers clients; its port opens a little before. */
async function servesClients(address: string): Promise<boolean> {
  const admin = new Kafka({
    clientId: 'local-stack',
    brokers: [address],
    connectionTimeout: 1_000,
    requestTimeout: 3_000,
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING,
  }).admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.length > 0;
  } finally {
    await admin.disconnect();
  }
}
