/** `webhooks listen`: a receiver on this machine, to see what would arrive at a customer's. */
import type { Command } from 'commander';
import {
  type LocalDelivery,
  type LocalReceiver,
  startLocalReceiver,
} from '../../../infra/http/local-receiver.ts';
import { localConfig } from '../api-address.ts';
import type { Cli } from '../cli.ts';
import { deliveryRecord, deliveryReport } from '../delivery-report.ts';
import { duration } from '../elapsed.ts';
import { withExamples } from '../examples.ts';
import { failed } from '../failure.ts';
import { forward } from '../forward.ts';
import { httpUrl, wholeNumber } from '../option-values.ts';
import { printable } from '../printable.ts';

interface ListenOptions {
  readonly host: string;
  readonly port?: number;
  readonly secret?: string;
  readonly forwardTo?: string;
}

/** What the sender is answered where the program behind `--forward-to` is away: it tries again then. */
const BAD_GATEWAY = 502;

export function registerListen(program: Command, cli: Cli): void {
  withExamples(
    program
      .command('listen')
      .description('Receive deliveries here, and print them with whether their signature holds')
      .option('--host <address>', 'where to listen', '127.0.0.1')
      .option(
        '--port <port>',
        'by default 8091 plus WEBHOOKS_PORT_OFFSET, or one that is free',
        wholeNumber(0, 65_535),
      )
      .option('--secret <secret>', "the subscription's secret, to check signatures with")
      .option('--forward-to <url>', 'pass each delivery on, and answer what that url answers', httpUrl)
      .action((options: ListenOptions) => listen(cli, options)),
    'listen',
    'listen --port 9000 --secret whsec_…',
    'listen --forward-to http://127.0.0.1:3000/hook',
    "subscriptions create --url http://127.0.0.1:8091/ --events '*'",
  );
}

async function listen(cli: Cli, options: ListenOptions): Promise<void> {
  const { terminal } = cli;
  const counts = { valid: 0, invalid: 0, unknown: 0, forwarded: 0, lost: 0 };
  const { forwardTo } = options;
  const ending = new AbortController();

  const passOn = async (url: string, delivery: LocalDelivery): Promise<number> => {
    const forwarded = await forward(url, delivery, ending.signal);
    const what = printable(String(delivery.headers['x-broxi-delivery'] ?? 'the request'));
    if (forwarded.kind === 'failed') {
      counts.lost += 1;
      terminal.note(`${what} could not be forwarded to ${url} (${forwarded.code})`);
      return BAD_GATEWAY;
    }
    counts.forwarded += 1;
    terminal.note(`${what} forwarded: ${forwarded.statusCode} in ${duration(forwarded.durationMs)}`);
    return forwarded.statusCode;
  };

  // Asked for before anything listens, so that a Ctrl-C in between is not missed.
  const interrupted = terminal.interrupted();
  const receiver = await startReceiver(cli, options.host, options.port, {
    secretOf: () => options.secret ?? null,
    onDelivery: (delivery) => {
      counts[delivery.verified] += 1;
      terminal.print(cli.wantsJson() ? deliveryRecord(delivery) : deliveryReport(delivery, terminal));
    },
    ...(forwardTo === undefined
      ? {}
      : { answerStatus: (delivery: LocalDelivery) => passOn(forwardTo, delivery) }),
  });
  terminal.note(`Listening on ${receiver.url} for POST requests. Ctrl-C ends it.`);
  await interrupted;
  ending.abort();
  await receiver.stop();
  terminal.note(summary(counts, forwardTo !== undefined));
}

type Reactions = Omit<Parameters<typeof startLocalReceiver>[0], 'host' | 'port'>;

/** On the port that was asked for; where none was, on the usual one or else on any. */
async function startReceiver(
  { terminal }: Cli,
  host: string,
  port: number | undefined,
  reactions: Reactions,
): Promise<LocalReceiver> {
  const start = (at: number) => startLocalReceiver({ host, port: at, ...reactions });
  const unableTo = (at: number) => (error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    throw failed(
      code === 'EADDRINUSE'
        ? `port ${at} is in use by another program: choose another with --port`
        : `cannot listen on ${host}, port ${at} (${code ?? message})`,
    );
  };
  if (port !== undefined) return start(port).catch(unableTo(port));
  // The next one belongs to the receiver of `npm start`.
  const usual = localConfig(terminal).ports.receiver + 1;
  return start(usual)
    .catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') return start(0);
      throw error;
    })
    .catch(unableTo(usual));
}

function summary(
  counts: Readonly<Record<LocalDelivery['verified'] | 'forwarded' | 'lost', number>>,
  forwards: boolean,
): string {
  const received = counts.valid + counts.invalid + counts.unknown;
  const parts = [`${counts.valid} valid`, `${counts.invalid} invalid`, `${counts.unknown} not checked`];
  const forwarding = forwards ? `; ${counts.forwarded} forwarded, ${counts.lost} not` : '';
  return `\n${received} received: ${parts.join(', ')}${forwarding}.`;
}
