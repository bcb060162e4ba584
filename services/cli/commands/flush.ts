/** `webhooks subscriptions flush`: deliver what is being collected without waiting for more. */
import type { Command } from 'commander';
import { FlushedBatches } from '../answers.ts';
import { type Cli, show } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { printable } from '../printable.ts';
import { subscriptionPath } from '../subscription-path.ts';

export const registerFlush = (group: Command, cli: Cli): void =>
  void withExamples(
    group
      .command('flush')
      .description('Deliver what its batches have collected, without waiting for more')
      .argument('<id>', 'such as wh_…')
      .action(async (id: string) => {
        const answer = await cli.api().post(`${subscriptionPath(id)}/flush`);
        show(cli, answer, FlushedBatches, ({ batches, events }) =>
          batches === 0
            ? `${printable(id)} has nothing collected`
            : `${counted(events, 'event', 'events')} in ${counted(batches, 'batch', 'batches')} on the way`,
        );
      }),
    'subscriptions flush wh_abc12345',
  );

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;
