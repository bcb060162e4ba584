/** A workflow that does nothing: the least that Temporal and a worker can do for one. */
import { proxySinks, type Sinks } from '@temporalio/workflow';

export interface NoOpSinks extends Sinks {
  readonly bench: { finished(): void };
}

const { bench } = proxySinks<NoOpSinks>();

/** Says that it was here, for asking Temporal for each result would cost more than the workflow. */
export async function noOp(): Promise<void> {
  bench.finished();
}
