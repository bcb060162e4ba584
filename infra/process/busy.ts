/** Whether this process has its hands full: what it waits for then seems slow for its own sake. */

/** The share of the time that the event loop is at work. */
const BUSY_SHARE = 0.5;
/** Over so long it is measured. */
const MEASURED_MS = 250;
/** A measurement that nobody has asked for since tells of other times. */
const TELLS_FOR_MS = 1_000;

/** Asks cost next to nothing. Busy as long as nothing is known. */
export function createBusy(): () => boolean {
  let since = performance.eventLoopUtilization();
  let atMs = performance.now();
  let isBusy = true;
  return () => {
    const passedMs = performance.now() - atMs;
    if (passedMs < MEASURED_MS) return isBusy;
    isBusy = passedMs > TELLS_FOR_MS || performance.eventLoopUtilization(since).utilization > BUSY_SHARE;
    since = performance.eventLoopUtilization();
    atMs = performance.now();
    return isBusy;
  };
}
