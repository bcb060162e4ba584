/** `webhooks subscriptions resume`: with `--watch`, until everything that was held has gone out. */
import type { Command } from 'commander';
import { setTimeout as delay } from 'node:timers/promises';
import { Stats, Subscription } from '../answers.ts';
import { type Cli, show, understood } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { failed } from '../failure.ts';
import { printable } from '../printable.ts';
import { figure, progressLine } from '../progress.ts';
import { subscriptionPath } from '../subscription-path.ts';

/** How often the API is asked how many are held. */
const LOOK_EVERY_MS = 250;

/** `describe`: how the subscription that was resumed is told of. */
export function registerResume(group: Command, cli: Cli, describe: (one: Subscription) => string): void {
  withExamples(
    group
      .command('resume')
      .description('Let go what was held, and go on')
      .argument('<id>', 'such as wh_…')
      .option('--watch', 'show how much of it has gone out, until nothing is held any more')
      .action(async (id: string, options: { watch?: boolean }) => {
        const answer = await cli.api().post(`${subscriptionPath(id)}/resume`);
        if (options.watch === true) await watch(cli, id);
        else show(cli, answer, Subscription, describe);
      }),
    'subscriptions resume wh_abc12345',
    'subscriptions resume wh_abc12345 --watch',
  );
}

/** Ends where nothing is held, or fails where nothing is released any more. */
async function watch(cli: Cli, id: string): Promise<void> {
  const { terminal } = cli;
  const startedAtMs = terminal.now().getTime();
  let total = 0;
  try {
    for (;;) {
      const answer = await cli.api().get(`${subscriptionPath(id)}/stats`);
      const { held_deliveries: held } = understood(Stats, answer.body);
      // More may be held meanwhile, as where the endpoint is away.
      total = Math.max(total, held);
      terminal.status(
        progressLine(
          { done: total - held, total },
          terminal.now().getTime() - startedAtMs,
          'held deliveries',
        ),
      );
      if (held === 0) {
        return show(cli, answer, Stats, () => `Nothing is held any more: ${figure(total)} have gone out`);
      }
      const { body } = await cli.api().get(subscriptionPath(id));
      const { state } = understood(Subscription, body);
      if (state !== 'active')
        throw failed(`${printable(id)} is ${printable(state)}: ${figure(held)} are held`);
      await delay(LOOK_EVERY_MS);
    }
  } finally {
    terminal.status('');
  }
}
