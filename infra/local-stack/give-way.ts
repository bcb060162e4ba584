/** Who goes first where a machine has too little for all of its processes. */
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** A third of the weight of a process that gives no way: enough to go on, where two cores are kept busy by others. */
const NICENESS = 5;

/** Lets the processes of all other sessions go before this one, which must lead a session of its own. */
export function giveWay(pid: number): void {
  try {
    setPriority(pid, NICENESS);
    // Linux weighs sessions against each other before it looks at what is in them (sched(7), autogroups).
    writeFileSync(`/proc/${pid}/autogroup`, String(NICENESS));
  } catch {
    // It has ended already, or this is no Linux, or one without autogroups: then it goes as all others do.
  }
}
