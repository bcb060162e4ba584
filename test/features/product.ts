/** The whole product, started as a user starts it, on ports and data of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where to reach a product that runs. Plain data, so that it can be handed to the test processes. */
export interface ProductAddress {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly kafkaBrokers: string;
  readonly temporalAddress: string;
  readonly temporalUiUrl: string;
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly portOffset: number;
}

/** `npm start` as a process, from its first moment on. */
export interface LaunchedProduct {
  readonly dataDir: string;
  readonly portOffset: number;
  readonly process: ChildProcess;
  /** All that it has printed so far. */
  readonly output: () => string;
  /** Resolves once it has printed that; rejects where it ends before. */
  untilPrinted(text: RegExp): Promise<void>;
  /** Ctrl-C; resolves with the exit code. Removes the data unless `keepData`. */
  stop(options?: { readonly keepData?: boolean }): Promise<number | null>;
}

export interface Product extends ProductAddress, LaunchedProduct {}

export interface ProductOptions {
  readonly args?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  readonly dataDir?: string;
  /** By default beside the product that the setup has started, and the same for all: one at a time. */
  readonly portOffset?: number;
}

/** For the product of a whole run. Below the range from which the system takes ports for outgoing connections. */
export const randomOffset = (): number => 11_000 + Math.floor(Math.random() * 11_000);

/** No two ports of one product are exactly so far apart. */
const TO_THE_NEXT = 100;

/** Runs `npm start` and does not wait for it. */
export function launchProduct(options: ProductOptions = {}): LaunchedProduct {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'webhooks-product-'));
  const portOffset = options.portOffset ?? inject('product').portOffset + TO_THE_NEXT;
  const child = spawn(process.execPath, [join(ROOT, 'bin/start.mjs'), ...(options.args ?? ['--no-demo'])], {
    cwd: ROOT,
    env: {
      ...process.env,
      NO_COLOR: '1',
      WEBHOOKS_DATA_DIR: dataDir,
      WEBHOOKS_PORT_OFFSET: String(portOffset),
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => (output += text.toString()));
  }
  return {
    dataDir,
    portOffset,
    process: child,
    output: () => output,
    untilPrinted: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => void (text.test(output) && resolve());
        look();
        child.stdout.on('data', look);
        void exited.then((code) => reject(new Error(`npm start ended with ${code}:\n${output}`)));
      }),
    async stop({ keepData = false } = {}) {
      child.kill('SIGINT');
      const code = await exited;
      if (!keepData) rmSync(dataDir, { recursive: true, force: true });
      return code;
    },
  };
}

/** Runs `npm start` and resolves once it has printed its addresses. */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const launched = launchProduct(options);
  await launched.untilPrinted(/Stop: Ctrl-C/);
  const printed = (name: string): string =>
    new RegExp(`^  ${name} +(\\S+)`, 'm').exec(launched.output())?.[1] ?? '';
  return {
    ...launched,
    apiUrl: printed('API'),
    apiKey: printed('API key'),
    kafkaBrokers: printed('Kafka'),
    temporalAddress: `127.0.0.1:${7233 + launched.portOffset}`,
    temporalUiUrl: printed('Temporal UI'),
    databaseUrl: printed('PostgreSQL'),
  };
}

/** The process id that a part or service has written. */
export const pidOf = (product: Pick<ProductAddress, 'dataDir'>, name: string): number =>
  Number(readFileSync(join(product.dataDir, 'run', `${name}.pid`), 'utf8'));

/** `kill -9`. One that is gone already is no error. */
export function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
