/** `POST /v1/subscriptions/preview`: what a draft would have matched among past events. */
import { PassThrough } from 'node:stream';
import { PreviewRequest } from '../../../schemas/api.ts';
import { PreviewView } from '../../../schemas/preview-view.ts';
import { placesFor } from '../at-once.ts';
import { awayProblem } from '../away.ts';
import { abortedWhenGone } from '../client-gone.ts';
import { Problem, type ProblemDetails } from '../problem.ts';
import { runPreview, type PreviewProgress, type PreviewResult, type RunPreviewDeps } from '../run-preview.ts';
import { windowOf } from '../window.ts';
import type { Api } from '../zod-routes.ts';

export type PreviewRoutesDeps = RunPreviewDeps;

/** Each keeps a core busy while it runs, and this process has other requests to answer. */
const PREVIEWS_AT_ONCE = 2;
const PROGRESS_EVERY_MS = 500;
const NDJSON = 'application/x-ndjson';

/** A line of the answer to whoever accepts NDJSON: any number of `progress`, then one of the others. */
type PreviewLine =
  | ({ readonly type: 'progress' } & PreviewProgress)
  | ({ readonly type: 'result' } & PreviewResult)
  | { readonly type: 'error'; readonly problem: ProblemDetails };

export function previewRoutes(app: Api, deps: PreviewRoutesDeps): void {
  const takePlace = placesFor(PREVIEWS_AT_ONCE, 'previews');
  const stopping = new AbortController();
  app.addHook('preClose', (done) => {
    stopping.abort(new Problem(503, 'The API stops. Ask again.'));
    done();
  });

  const schema = {
    summary: 'Show what a draft would have matched',
    description:
      'Runs it over past events. Whoever accepts `application/x-ndjson` is told of the progress line by line: ' +
      'any number of `{"type":"progress"}`, then one `{"type":"result"}` or `{"type":"error"}`.',
    body: PreviewRequest,
    response: {
      200: {
        content: { 'application/json': { schema: PreviewView }, [NDJSON]: { schema: { type: 'string' } } },
      },
    },
  };
  app.post('/v1/subscriptions/preview', { schema }, (request, reply) => {
    const { from, to, limit, ...draft } = request.body;
    const window = windowOf({ from, to }, Date.now());
    const leave = takePlace(reply);
    // Nothing is sent for as long as the reading takes, which is no reason to give the connection up.
    request.raw.setTimeout(0);
    const run = (onProgress: (progress: PreviewProgress) => void): Promise<PreviewResult> =>
      runPreview(deps, {
        accountId: request.caller.accountId,
        draft,
        limit,
        window,
        signal: AbortSignal.any([abortedWhenGone(reply), stopping.signal]),
        onProgress,
      }).finally(leave);
    if (!(request.headers.accept ?? '').includes(NDJSON)) return run(() => undefined);
    return reply
      .type(NDJSON)
      .send(linesOf(run, (error) => deps.logger.error({ err: error }, 'a preview failed')));
  });
}

/** The answer line by line. Its status is sent by then, so what goes wrong is told in its last line. */
function linesOf(
  run: (onProgress: (progress: PreviewProgress) => void) => Promise<PreviewResult>,
  onFailure: (error: unknown) => void,
): PassThrough {
  const stream = new PassThrough();
  const write = (line: PreviewLine): void => {
    if (!stream.destroyed) stream.write(`${JSON.stringify(line)}\n`);
  };
  let toldAtMs = -Infinity;
  const tell = (progress: PreviewProgress): void => {
    if (performance.now() - toldAtMs < PROGRESS_EVERY_MS) return;
    toldAtMs = performance.now();
    write({ type: 'progress', ...progress });
  };
  run(tell)
    .then(
      (result) => write({ type: 'result', ...result }),
      (error: unknown) => {
        const problem = error instanceof Problem ? error : awayProblem(error);
        if (problem !== null) return write({ type: 'error', problem: problem.toBody() });
        onFailure(error);
        write({ type: 'error', problem: new Problem(500, 'Something went wrong on our side.').toBody() });
      },
    )
    .finally(() => stream.end())
    .catch(onFailure);
  return stream;
}
