/** `/v1/sender-ips`: the addresses that deliveries come from, for customers' firewalls. */
import { z } from 'zod';
import { pageOf } from '../../../schemas/page.ts';
import type { Api } from '../zod-routes.ts';

export interface SenderIpRoutesDeps {
  readonly senderIps: readonly string[];
}

const SenderIp = z.string().meta({ examples: ['192.0.2.17'] });

export function senderIpRoutes(app: Api, { senderIps }: SenderIpRoutesDeps): void {
  const schema = {
    summary: 'List the addresses that deliveries come from',
    description: 'As the operator has published them, all in one page.',
    response: { 200: pageOf(SenderIp) },
  };
  app.get('/v1/sender-ips', { schema }, () => ({ data: senderIps, next_cursor: null }));
}
