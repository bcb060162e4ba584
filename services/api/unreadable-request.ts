/** What is answered to a request that is no HTTP, or not in time: there is no route yet that could refuse it. */
import type { ConnectionError } from 'fastify';
import type { Socket } from 'node:net';
import { Problem, PROBLEM_TYPE } from './problem.ts';

/** Answers whoever still listens, and closes the connection: where the next request would begin, nobody can tell. */
export function refuseUnreadable(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) socket.write(asHttp(unreadable(error.code)));
  socket.destroy();
}

function unreadable(code: string): Problem {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem(408, 'The request did not come in time.');
    case 'HPE_HEADER_OVERFLOW':
      return new Problem(431, 'The address and the headers have more bytes than are taken.');
    default:
      return new Problem(400, 'This is no HTTP request.');
  }
}

function asHttp(problem: Problem): string {
  const body = JSON.stringify(problem.toBody());
  return [
    `HTTP/1.1 ${problem.status} ${problem.toBody().title}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
