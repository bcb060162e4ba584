/** `webhooks keys rotate-encryption`: page by page, so that it shows how far it is and may be broken off. */
import { Encryption, EncryptionRotation } from '../answers.ts';
import { type Cli, show, understood } from '../cli.ts';
import { failed } from '../failure.ts';
import { printable } from '../printable.ts';
import { progressLine } from '../progress.ts';
import { details } from '../table.ts';

/** Small enough for the bar to move, and for one answer to come long before the API client gives up. */
const PAGE = 20;

/** What all pages came to; the answer with `--json`. */
interface Sum {
  readonly current_key_id: string;
  readonly reencrypted: number;
  readonly fresh: number;
  readonly failed: readonly { readonly subscription_id: string; readonly reason: string }[];
}

const FAILURES: Readonly<Record<string, string>> = {
  unknown_key: 'a key that sealed it is not in WEBHOOKS_ENCRYPTION_KEY of the API',
  unreadable: 'what it holds cannot be opened with its key',
  no_worker: 'no worker answered in time; run this again',
  sealed_anew_with_older_key: 'a service still seals with an older key: restart it, and run this again',
};

/** Exit code 1 where anything is left under an older key. */
export async function rotateEncryption(cli: Cli): Promise<void> {
  const sum = await rotateAll(cli);
  const { body } = await cli.api().get('/v1/encryption');
  if (cli.wantsJson()) {
    cli.terminal.print(JSON.stringify({ ...sum, encryption: body }));
  } else {
    const counts = details([
      ['Current key', printable(sum.current_key_id)],
      ['Re-encrypted', String(sum.reencrypted)],
      ['Fresh already', String(sum.fresh)],
      ['Failed', String(sum.failed.length)],
    ]);
    cli.terminal.print([counts, ...adviceOn(understood(Encryption, body))].join('\n'));
  }
  if (sum.failed.length > 0) {
    const reasons = sum.failed.map(
      ({ subscription_id: id, reason }) => `${printable(id)}: ${FAILURES[reason] ?? printable(reason)}`,
    );
    throw failed(reasons.join('\n'));
  }
}

/** What `rotateEncryption` says at its end, without doing anything. */
export async function checkEncryption(cli: Cli): Promise<void> {
  show(cli, await cli.api().get('/v1/encryption'), Encryption, (state) => {
    const current = details([['Current key', printable(state.current_key_id)]]);
    return [current, ...adviceOn(state)].join('\n');
  });
}

async function rotateAll({ api, terminal }: Cli): Promise<Sum> {
  const startedAtMs = terminal.now().getTime();
  let sum: Sum = { current_key_id: '', reencrypted: 0, fresh: 0, failed: [] };
  try {
    for (let cursor: string | null | undefined = undefined; cursor !== null;) {
      const asked: object = cursor === undefined ? { limit: PAGE } : { limit: PAGE, cursor };
      const { body } = await api().post('/v1/encryption/rotate', JSON.stringify(asked));
      const page = understood(EncryptionRotation, body);
      sum = {
        current_key_id: page.current_key_id,
        reencrypted: sum.reencrypted + page.reencrypted,
        fresh: sum.fresh + page.fresh,
        failed: [...sum.failed, ...page.failed],
      };
      const done = sum.reencrypted + sum.fresh + sum.failed.length;
      const elapsedMs = terminal.now().getTime() - startedAtMs;
      terminal.status(progressLine({ done, total: page.total }, elapsedMs, 'subscriptions'));
      if (page.next_cursor !== null && page.next_cursor === cursor) throw failed('the work does not move on');
      cursor = page.next_cursor;
    }
  } finally {
    terminal.status('');
  }
  return sum;
}

/** A line for each older key: whether it may leave `WEBHOOKS_ENCRYPTION_KEY`. */
function adviceOn({ keys, older_workflows: workflows }: Encryption): readonly string[] {
  const older = keys.filter(({ current }) => !current);
  if (older.length === 0) return ['No other key is configured or needed.'];
  return older.map(({ id, configured, subscriptions, removable }) => {
    const name = `Key ${printable(id)}`;
    if (!configured) return `${name} is not configured, and ${subscriptions} subscriptions need it.`;
    if (subscriptions > 0) return `${name} must stay: ${subscriptions} subscriptions need it.`;
    if (removable) return `${name} may be removed from WEBHOOKS_ENCRYPTION_KEY: nothing needs it any more.`;
    const waiting = workflows === null ? '' : ` (${workflows} run)`;
    return `${name} must stay until the workflows that began before have ended${waiting}. --check tells when.`;
  });
}
