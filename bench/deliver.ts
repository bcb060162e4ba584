/** One measured run: events go in, deliveries are waited for, and what came is counted. */
import type { EventPlan, Published } from './load.ts';
import type { Tally } from './receiver/messages.ts';
import type { Rig } from './rig.ts';
import { noneOf, type Target } from './findings.ts';
import { formatNumber } from './format-number.ts';

export interface Delivered {
  readonly run: string;
  /** Deliveries that were owed. */
  readonly expected: number;
  readonly tally: Tally;
  readonly published: Published;
  /** From the first event sent to the last delivery that came; producing is part of it. */
  readonly seconds: number;
  readonly perSecond: number;
}

/** Sends all events at once and waits for the deliveries, `fanOut` for each event. */
export async function deliverBurst(rig: Rig, plan: EventPlan, fanOut = 1): Promise<Delivered> {
  return finish(rig, plan.run, await rig.load.burst(plan), plan.events * fanOut);
}

/** Sends events at a steady rate and waits for the deliveries, one for each. */
export async function deliverPaced(rig: Rig, plan: EventPlan, perSecond: number): Promise<Delivered> {
  return finish(rig, plan.run, await rig.load.paced(plan, perSecond, rig.signal), plan.events);
}

/** Waits for what is owed of events that were published before. */
export async function finish(
  rig: Rig,
  run: string,
  published: Published,
  expected: number,
): Promise<Delivered> {
  const isEnough = ({ delivered }: { delivered: number }): boolean => delivered >= expected;
  const tally = await rig.receiver.waitFor(run, isEnough, rig.patienceMs, rig.signal);
  const seconds = (tally.lastDeliveredAtMs - published.startedAtMs) / 1_000;
  return { run, expected, tally, published, seconds, perSecond: tally.delivered / seconds };
}

/** Deliveries that had succeeded when the last first attempt came, per second. */
export const rateUnderLoad = ({ tally, published }: Delivered): number =>
  (tally.deliveredByThen / (tally.lastFirstAttemptAtMs - published.startedAtMs)) * 1_000;

/** Latencies in milliseconds: from before Kafka was asked, and from after it had answered. */
export interface Latencies {
  readonly sinceSent: readonly number[];
  readonly sinceTaken: readonly number[];
}

/** Of the deliveries of a run that came to the endpoints that `counts` names. Default: all. */
export async function latenciesOf(
  rig: Rig,
  { run, published }: Delivered,
  counts: (endpoint: number) => boolean = () => true,
): Promise<Latencies> {
  const { seq, endpoint, atMs } = await rig.receiver.arrivals(run);
  const chosen = [...seq.keys()].filter((index) => counts(endpoint[index]!));
  return {
    sinceSent: chosen.map((index) => atMs[index]! - published.sentAtMs[seq[index]!]!),
    sinceTaken: chosen.map((index) => atMs[index]! - published.takenAtMs[seq[index]!]!),
  };
}

/** That every delivery came. */
export function arrivalTarget(delivered: readonly Delivered[]): Target {
  const expected = sum(delivered.map((one) => one.expected));
  const missing = sum(delivered.map((one) => Math.max(0, one.expected - one.tally.delivered)));
  return {
    says: 'deliveries that arrive',
    wanted: 'all',
    found:
      missing === 0
        ? `${formatNumber(expected)} of ${formatNumber(expected)}`
        : `${formatNumber(missing)} of ${formatNumber(expected)} never arrived`,
    isMet: missing === 0,
  };
}

/** That every delivery came, and that no first attempt came twice. */
export function countTargets(delivered: readonly Delivered[]): readonly Target[] {
  const repeated = sum(delivered.map(({ tally }) => tally.repeatedFirstAttempts));
  return [arrivalTarget(delivered), noneOf('first attempts made twice', repeated)];
}

/** That no attempt was made twice, and that nothing came again once it had been answered with 200. */
export function onceTargets(delivered: readonly Delivered[]): readonly Target[] {
  return [
    noneOf('attempts made twice', sum(delivered.map(({ tally }) => tally.repeatedAttempts))),
    noneOf('deliveries that came again', sum(delivered.map(({ tally }) => tally.deliveredAgain))),
  ];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
