/** `/healthz`, `/readyz` and `/metrics` of a service that serves nothing else. */
import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';

export interface HealthServerOptions {
  readonly host: string;
  readonly port: number;
  readonly metrics: Registry;
  /** True once the service takes work. */
  readonly isReady: () => boolean;
}

/** Listens, or rejects with the system's error where the port is taken. */
export async function startHealthServer(options: HealthServerOptions): Promise<Server> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: string, type = 'application/json'): void => {
      response.writeHead(status, { 'content-type': type }).end(body);
    };
    switch (request.url ?? '/') {
      case '/healthz':
        return answer(200, '{"status":"ok"}');
      case '/readyz':
        return options.isReady() ? answer(200, '{"status":"ready"}') : answer(503, '{"status":"not_ready"}');
      case '/metrics':
        return void options.metrics.metrics().then(
          (text) => answer(200, text, options.metrics.contentType),
          () => answer(500, '{"status":"error"}'),
        );
      default:
        return answer(404, '{"status":"not_found"}');
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return server;
}
