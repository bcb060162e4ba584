/** What a long answer does when nobody waits for it any more. */
import type { FastifyReply } from 'fastify';
import { Problem } from './problem.ts';

/** A signal that is aborted when the client goes away before it has its whole answer. */
export function abortedWhenGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new ClientGone());
  });
  return gone.signal;
}

/** Nobody is left to be told. The status is the one that web servers log for it: no fault of ours. */
class ClientGone extends Problem {
  constructor() {
    super(499, 'The client has closed the connection.');
    this.name = 'ClientGone';
  }
}
