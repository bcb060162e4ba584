import Fastify, { type FastifyInstance } from 'fastify';
import { DEFAULT_ACCOUNT_ID } from '../../../schemas/ids.ts';

/** A server without routes, whose every request comes from one key of the default account that may read. */
export function appOfOneCaller(): FastifyInstance {
  const app = Fastify();
  app.addHook('onRequest', (request, _reply, next) => {
    const holder = {
      accountId: DEFAULT_ACCOUNT_ID,
      actor: 'key:test',
      scopes: ['read' as const],
      keyId: null,
    };
    request.caller = { ...holder, sourceIp: '127.0.0.1' };
    next();
  });
  return app;
}
