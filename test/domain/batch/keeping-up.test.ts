import { describe, expect, it } from 'vitest';
import { type ActorStanding, MOST_HISTORY, mayBeTold } from '../../../domain/batch/keeping-up.ts';

const idle: ActorStanding = { historyEvents: 100, historyBytes: 1_000_000, task: null };
const busy = (id: string, attempts = 1): ActorStanding => ({ ...idle, task: { id, attempts } });

describe('an actor that collects batches', () => {
  it('may be told while it has nothing to do', () => {
    expect(mayBeTold(idle, null)).toBe(true);
    expect(mayBeTold(idle, busy('1'))).toBe(true);
  });

  it('may be told while it comes from one task to the next', () => {
    expect(mayBeTold(busy('1'), null)).toBe(true);
    expect(mayBeTold(busy('2'), busy('1'))).toBe(true);
  });

  it('is not told while it has the task still that it had before it was told of the last', () => {
    expect(mayBeTold(busy('1'), busy('1'))).toBe(false);
  });

  it('is not told while a task is tried again', () => {
    expect(mayBeTold(busy('2', 2), null)).toBe(false);
  });

  it('is not told while its history is long or large, until it has begun anew', () => {
    expect(mayBeTold({ ...idle, historyEvents: MOST_HISTORY.events }, null)).toBe(false);
    expect(mayBeTold({ ...idle, historyBytes: MOST_HISTORY.bytes }, null)).toBe(false);
    expect(mayBeTold({ ...idle, historyEvents: 3, historyBytes: 900 }, idle)).toBe(true);
  });
});
