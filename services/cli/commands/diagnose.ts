/** `webhooks diagnose`: whether deliveries could arrive at a url, and what to do where they could not. */
import type { Command } from 'commander';
import { Diagnosis } from '../answers.ts';
import { type Cli, show, understood } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { failed } from '../failure.ts';
import { printable } from '../printable.ts';
import { details } from '../table.ts';

export function registerDiagnose(program: Command, cli: Cli): void {
  withExamples(
    program
      .command('diagnose')
      .description('Try a url from where deliveries come from; fails where a POST is not answered with 2xx')
      .argument('<url>', 'such as https://example.com/webhooks')
      .action(async (url: string) => {
        const answer = await cli.api().post('/v1/diagnose', JSON.stringify({ url }));
        show(cli, answer, Diagnosis, rendered);
        const { post_status: status } = understood(Diagnosis, answer.body);
        if (status === null || status < 200 || status > 299) throw failed('deliveries would not arrive');
      }),
    'diagnose https://example.com/webhooks',
    "diagnose https://example.com/webhooks --json | jq -r '.issues[]'",
  );
}

function rendered(found: Diagnosis): string {
  const { tls, latency, issues } = found;
  const time = (ms: number | null): string => (ms === null ? '' : ` in ${ms} ms`);
  const phases = (['dns_ms', 'connect_ms', 'tls_ms'] as const).flatMap((name) =>
    latency[name] === null ? [] : [`${name.replace('_ms', '')} ${latency[name]} ms`],
  );
  const summary = details([
    ['Url', printable(found.url)],
    ['Reachable', found.reachable ? 'yes' : 'no'],
    ['GET', `${found.get_status ?? '-'}${time(latency.get_ms)}`],
    ['POST', `${found.post_status ?? '-'}${time(latency.post_ms)}`],
    ['TLS', tls && `${tls.valid ? 'valid' : 'not valid'}${tlsText(tls)}`],
    ['Time', phases.length === 0 ? null : phases.join(', ')],
  ]);
  const list = issues.length === 0 ? 'No issues.' : issues.map((issue) => `- ${printable(issue)}`).join('\n');
  return `${summary}\n\n${list}`;
}

const tlsText = ({ expires_at: end, issuer }: NonNullable<Diagnosis['tls']>): string =>
  `${end === null ? '' : `, until ${printable(end.slice(0, 10))}`}${issuer === null ? '' : `, by ${printable(issuer)}`}`;
