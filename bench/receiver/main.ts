/**
 * The customers' endpoints of a bench, in a process of its own: one port each, and as little work per request as
 * can be, for it shares the machine with what is measured. It reads just as much HTTP as our sender writes. Ends
 * when the bench is gone.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Answers, Behaviour, Request } from './messages.ts';
import { type ReceivedAttempt, RunTally } from './run-tally.ts';

const PATH = /^POST [^ ]*\/([^/ ]*) /;
const CONTENT_LENGTH = /\r\ncontent-length: (\d+)/i;
const DELIVERY = /\r\nx-broxi-delivery: ([^\r]+)/i;
const ATTEMPT = /\r\nx-broxi-attempt: (\d+)/i;

const BODY = '{"status":"received"}';
const answerText = (status: number): string =>
  `HTTP/1.1 ${status} ${status === 200 ? 'OK' : 'Error'}\r\nContent-Type: application/json\r\n` +
  `Content-Length: ${BODY.length}\r\n\r\n${BODY}`;

const behaviours: Behaviour[] = [];
const runs = new Map<string, RunTally>();

process.on('message', ({ id, request }: { id: number; request: Request }) => {
  void answer(request).then((value) => process.send?.({ id, value }));
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole foreground group; who started us says when it is over.
process.on('SIGINT', () => undefined);

async function answer(request: Request): Promise<Answers[Request['ask']]> {
  switch (request.ask) {
    case 'listen':
      return Promise.all(Array.from({ length: request.endpoints }, (_, endpoint) => listen(endpoint)));
    case 'behave':
      for (const endpoint of behaviours.keys()) {
        if (request.endpoint === 'all' || request.endpoint === endpoint)
          behaviours[endpoint] = request.behaviour;
      }
      return null;
    case 'progress':
      return tallyOf(request.run).progress();
    case 'tally':
      return tallyOf(request.run).tally();
    case 'arrivals':
      return tallyOf(request.run).arrivals();
  }
}

function tallyOf(run: string): RunTally {
  const known = runs.get(run) ?? new RunTally(behaviours.length);
  runs.set(run, known);
  return known;
}

function listen(endpoint: number): Promise<number> {
  behaviours[endpoint] = { kind: 'answer', status: 200 };
  const server = createServer({ noDelay: true }, (socket) => serve(socket, endpoint));
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function serve(socket: Socket, endpoint: number): void {
  let unread: Buffer = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => {
    unread = unread.length === 0 ? bytes : Buffer.concat([unread, bytes]);
    for (;;) {
      const headEnd = unread.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const head = unread.toString('latin1', 0, headEnd);
      const bodyStart = headEnd + 4;
      const bodyEnd = bodyStart + Number(CONTENT_LENGTH.exec(head)?.[1] ?? 0);
      if (unread.length < bodyEnd) return;
      const body = unread.toString('utf8', bodyStart, bodyEnd);
      unread = unread.subarray(bodyEnd);
      receive(socket, endpoint, head, body);
    }
  });
}

interface Data {
  readonly run: string;
  readonly seq: number;
}

function receive(socket: Socket, endpoint: number, head: string, body: string): void {
  const { data } = JSON.parse(body) as { data: Data | { readonly events: readonly { data: Data }[] } };
  const deliveryId = DELIVERY.exec(head)?.[1] ?? '';
  const request = {
    endpoint,
    path: PATH.exec(head)?.[1] ?? '',
    number: Number(ATTEMPT.exec(head)?.[1]),
    atMs: Date.now(),
  };
  // A batch counts as each of its events: however they travel, it is events that are owed.
  const [run, attempts] =
    'events' in data
      ? [
          data.events[0]?.data.run ?? '',
          data.events.map(({ data: { seq } }) => ({ ...request, deliveryId: `${deliveryId} ${seq}`, seq })),
        ]
      : [data.run, [{ ...request, deliveryId, seq: data.seq }]];
  const tally = tallyOf(run);
  for (const attempt of attempts) tally.count(attempt);
  const behaviour = behaviours[endpoint]!;
  switch (behaviour.kind) {
    case 'answer':
      return reply(socket, tally, attempts, behaviour.status);
    case 'fail_first_attempts': {
      const fails = request.number === 1 && Math.random() < behaviour.share;
      return reply(socket, tally, attempts, fails ? 503 : 200);
    }
    case 'slow':
      setTimeout(() => reply(socket, tally, attempts, 200), behaviour.delayMs);
  }
}

function reply(socket: Socket, run: RunTally, attempts: readonly ReceivedAttempt[], status: number): void {
  // A sender that has given up is not told, and counts it as failed.
  if (socket.destroyed) return;
  if (status === 200) for (const attempt of attempts) run.countDelivered(attempt);
  socket.write(answerText(status));
}
