/** Runs the CLI in this process, with a terminal and an API that the test holds in its hands. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { runCli } from '../../../services/cli/run.ts';
import type { Terminal } from '../../../services/cli/terminal.ts';

export const KEY = 'whk_key_of_the_tests';

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `args` in a terminal that is no terminal, without colours, with nobody to ask and no input. */
export async function run(args: readonly string[], given: Partial<Terminal> = {}): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const exitCode = await runCli(args, {
    environment: {},
    workingDir: tmpdir(),
    columns: null,
    colours: false,
    now: () => new Date('2024-01-15T10:33:05.000Z'),
    print: (line) => void out.push(line),
    note: (line) => void err.push(line),
    status: () => undefined,
    readInput: () => Promise.resolve(''),
    ask: () => Promise.resolve(null),
    interrupted: () => Promise.resolve(),
    ...given,
  });
  return { exitCode, stdout: out.join('\n'), stderr: err.join('\n') };
}

export interface SeenRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface PlannedAnswer {
  readonly status?: number;
  readonly contentType?: string;
  readonly retryAfter?: string;
  /** Text is sent as it stands, all else as JSON. */
  readonly body?: unknown;
}

export interface ApiOfTheTest {
  readonly requests: readonly SeenRequest[];
  /** What the CLI needs to find it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly url: string;
}

/** An API that answers as `plan` says, until the test has ended. */
export async function startApi(plan: (request: SeenRequest) => PlannedAnswer): Promise<ApiOfTheTest> {
  const requests: SeenRequest[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const seen = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
      requests.push(seen);
      const answer = plan(seen);
      const status = answer.status ?? 200;
      const type = answer.contentType ?? (status >= 400 ? 'application/problem+json' : 'application/json');
      const { retryAfter } = answer;
      response.writeHead(status, {
        'content-type': type,
        ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
      });
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close().closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { requests, url, environment: { WEBHOOKS_API_URL: url, WEBHOOKS_API_KEY: KEY } };
}

/** A problem as the API writes it. */
export const problem = (status: number, detail: string, errors?: { path: string; message: string }[]) => ({
  status,
  body: {
    type: 'about:blank',
    title: 'Problem',
    status,
    detail,
    ...(errors === undefined ? {} : { errors }),
  },
});
