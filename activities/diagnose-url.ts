/** Tries an endpoint from where deliveries come from: DNS, connection, certificate, a GET and a POST, in bounds. */
import { Context } from '@temporalio/activity';
import { issuesOf, type ShownCertificate } from '../domain/diagnose/issues.ts';
import type { GuardedAgent, HttpExchange } from '../infra/http/guarded-agent.ts';

/** What was found. Nothing of the answers' bodies: they are of no use here. */
export interface Diagnosis {
  readonly getStatus: number | null;
  readonly postStatus: number | null;
  /** Null for plain http, and where none was shown. */
  readonly certificate: ShownCertificate | null;
  readonly timings: HttpExchange['timings'];
  /** Null where no answer came. */
  readonly getMs: number | null;
  readonly postMs: number | null;
  readonly issues: readonly string[];
}

/** What a diagnosis needs of the world. */
export interface DiagnoseDeps {
  readonly agent: GuardedAgent;
  readonly now: () => Date;
}

/** Of each request; the whole takes at most twice that. */
const TIMEOUT_MS = 10_000;
const HEADERS = { 'User-Agent': 'BroxiAI-Webhooks/1.0' };
const PAYLOAD = '{"test":"webhook"}';

/** `url` is http or https. Rejects only where the worker stops. */
export const createDiagnoseUrl = (deps: DiagnoseDeps) =>
  async function diagnoseUrl(url: string): Promise<Diagnosis> {
    const { agent } = deps;
    const common = { url, timeoutMs: TIMEOUT_MS, signal: Context.current().cancellationSignal };
    const [get, certificate] = await Promise.all([
      agent.get({ ...common, headers: HEADERS }),
      agent.certificateOf(url, TIMEOUT_MS),
    ]);
    const post =
      get.outcome.kind === 'blocked'
        ? get
        : await agent.post({
            ...common,
            headers: { ...HEADERS, 'Content-Type': 'application/json' },
            body: PAYLOAD,
          });
    return {
      getStatus: statusOf(get),
      postStatus: statusOf(post),
      certificate,
      timings: get.timings,
      getMs: statusOf(get) === null ? null : get.durationMs,
      postMs: statusOf(post) === null ? null : post.durationMs,
      issues: issuesOf({ get, post, certificate, now: deps.now() }),
    };
  };

const statusOf = ({ outcome }: HttpExchange): number | null =>
  outcome.kind === 'answered' ? outcome.statusCode : null;
