import { expect, it } from 'vitest';
import { readCommand } from '../../bench/arguments.ts';
import type { Scenario } from '../../bench/scenario.ts';

const scenario = (name: string, isDefault: boolean): Scenario => ({
  name,
  shows: 'nothing',
  isDefault,
  sizes: { events: { says: 'events', quick: 1, full: 2 } },
  run: () => Promise.resolve({ tables: [], targets: [], plots: [] }),
});
const all = [scenario('usual', true), scenario('rare', false)];
const namesOf = (args: readonly string[]): readonly string[] => {
  const command = readCommand(args, all);
  return command.kind === 'run' ? command.scenarios.map(({ name }) => name) : [];
};

it('runs the default set where no scenario is named', () => {
  expect(namesOf([])).toEqual(['usual']);
});

it('runs what is named, in its own order', () => {
  expect(namesOf(['rare', 'usual'])).toEqual(['usual', 'rare']);
});

it('takes sizes of the scenarios that run', () => {
  expect(readCommand(['usual', '--events=5_000'], all)).toMatchObject({ sizes: { events: 5_000 } });
});

it.each([
  [['strange'], 'no scenario strange'],
  [['--evnts=1'], 'no option --evnts'],
  [['--events'], '--events: expected a number'],
  [['--events=many'], '--events: expected a number'],
  [['--patience=0'], '--patience: expected seconds'],
  [['--cpu-prof=kafka'], '--cpu-prof: expected one of'],
])('refuses %j and says what was expected', (args, why) => {
  expect(readCommand(args, all)).toMatchObject({
    kind: 'refused',
    why: expect.stringContaining(why) as string,
  });
});
