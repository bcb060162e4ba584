/** `webhooks subscriptions test`: one signed request, sent as deliveries are, and what came of it. */
import type { Command } from 'commander';
import { TestDelivery } from '../answers.ts';
import { type Cli, show, understood } from '../cli.ts';
import { stateColour } from '../colour.ts';
import { duration } from '../elapsed.ts';
import { withExamples } from '../examples.ts';
import { failed } from '../failure.ts';
import { printable } from '../printable.ts';
import { subscriptionPath } from '../subscription-path.ts';
import { details } from '../table.ts';

export function registerTest(group: Command, cli: Cli): void {
  withExamples(
    group
      .command('test')
      .description('Send a test delivery; fails where it is not answered with 2xx')
      .argument('<id>', 'such as wh_…')
      .option('--event <type>', 'whose example is sent', 'workflow.completed')
      .action((id: string, { event }: { event: string }) => test(cli, id, event)),
    'subscriptions test wh_abc12345',
    'subscriptions test wh_abc12345 --event workflow.failed --json | jq .response_body',
  );
}

async function test(cli: Cli, id: string, event: string): Promise<void> {
  const answer = await cli.api().post(`${subscriptionPath(id)}/test`, JSON.stringify({ event }));
  show(cli, answer, TestDelivery, (sent) =>
    details([
      ['Outcome', stateColour(cli.terminal)(printable(sent.outcome))],
      ['Url', printable(sent.url)],
      ['Status', sent.status_code === null ? null : String(sent.status_code)],
      ['Error', sent.error === null ? null : printable(sent.error)],
      ['Took', duration(sent.duration_ms)],
      ['Delivery', printable(sent.delivery_id)],
      ['Answer', sent.response_body === '' ? null : printable(sent.response_body.slice(0, 500))],
    ]),
  );
  const { outcome } = understood(TestDelivery, answer.body);
  if (outcome !== 'succeeded')
    throw failed(`the test delivery ${outcome === 'blocked' ? 'was blocked' : 'failed'}`);
}
