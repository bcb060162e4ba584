/** `webhooks subscriptions rotate-secret`: another secret, while the one before goes on for some time. */
import type { Command } from 'commander';
import { RotatedSubscription } from '../answers.ts';
import { type Cli, show } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { spanInSeconds } from '../option-values.ts';
import { printable } from '../printable.ts';
import { subscriptionPath } from '../subscription-path.ts';
import { details } from '../table.ts';

interface RotateOptions {
  readonly overlap?: number;
  readonly secret?: string;
}

export function registerRotateSecret(group: Command, cli: Cli): void {
  withExamples(
    group
      .command('rotate-secret')
      .description('Sign with another secret, and print it; the one before stays valid for a day')
      .argument('<id>', 'such as wh_…')
      .option(
        '--overlap <span>',
        'how long both are valid: seconds, or such as 90m, 24h, 7d; 0 ends the one before at once',
        spanInSeconds,
      )
      .option('--secret <secret>', 'the new one, at least 16 characters; made where it is not named')
      .action((id: string, options: RotateOptions) => rotate(cli, id, options)),
    'subscriptions rotate-secret wh_abc12345',
    'subscriptions rotate-secret wh_abc12345 --overlap 1h',
    'subscriptions rotate-secret wh_abc12345 --overlap 0 --json | jq -r .secret',
  );
}

async function rotate(cli: Cli, id: string, { overlap, secret }: RotateOptions): Promise<void> {
  const rotation = JSON.stringify({ overlap_seconds: overlap, secret });
  const answer = await cli.api().post(`${subscriptionPath(id)}/rotate-secret`, rotation);
  show(cli, answer, RotatedSubscription, (rotated) =>
    [
      details([
        ['Id', printable(rotated.id)],
        ['Secret', printable(rotated.secret)],
        ['Version', String(rotated.version)],
      ]),
      rotated.previous_secret_expires_at === null
        ? 'The one before is not valid any more: give this one to the receiver now.'
        : `Give it to the receiver before ${printable(rotated.previous_secret_expires_at)}: until then the one before is valid too.`,
    ].join('\n'),
  );
}
