/** Ports: named, computed with the offset, checked before a part is started, probed while it comes up. */
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalStackError } from './failure.ts';

/** Where each part listens when the offset is 0. Temporal takes its inner ports from those that are free. */
export const BASE_PORTS = {
  kafka: 9092,
  /** 300 away from the broker's: offsets that people choose (1, 10, 100) then never meet it. */
  kafkaController: 9392,
  temporal: 7233,
  temporalUi: 8233,
  postgres: 5433,
} as const;

/** All listeners of the stack are bound here, and nowhere else: none of the parts asks who is calling. */
export const LOOPBACK = '127.0.0.1';

const HIGHEST_PORT = 65_535;

/** @throws LocalStackError `wrong_option` where the sum is no port. */
export function offsetPort(basePort: number, portOffset: number): number {
  const port = basePort + portOffset;
  if (Number.isInteger(port) && port > 0 && port <= HIGHEST_PORT) return port;
  throw new LocalStackError(
    'wrong_option',
    `WEBHOOKS_PORT_OFFSET must be a whole number that keeps ${basePort} + offset within 1..${HIGHEST_PORT}, got ${portOffset}`,
  );
}

/** What has just ended by itself may hold its port for a moment longer than its place in the process table. */
const PORT_PATIENCE_MS = 2_000;
const PORT_POLL_MS = 50;

/** @throws LocalStackError `port_in_use`, naming the port, the part and what to set. */
export async function requireFreePort(title: string, port: number): Promise<void> {
  const deadlineMs = performance.now() + PORT_PATIENCE_MS;
  let code = await listenError(port);
  while (code === 'EADDRINUSE' && performance.now() < deadlineMs) {
    await sleep(PORT_POLL_MS);
    code = await listenError(port);
  }
  if (code === undefined) return;
  throw new LocalStackError(
    'port_in_use',
    code === 'EADDRINUSE'
      ? `${title}: port ${port} is in use by another program; stop it, or set WEBHOOKS_PORT_OFFSET (for example 100) to move every port`
      : `${title}: cannot listen on port ${port} (${code}); set WEBHOOKS_PORT_OFFSET to move every port`,
  );
}

/** Why nobody can listen there; undefined where one can. */
const listenError = (port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host: LOOPBACK, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });

/** True when somebody accepts a connection within half a second. Cheap enough to ask ten times a second. */
export function portAccepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: LOOPBACK, port, timeout: 500 });
    const answer = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => answer(true));
    socket.once('timeout', () => answer(false));
    socket.once('error', () => answer(false));
  });
}
