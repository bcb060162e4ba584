/** Colours that say how things stand. The words say it too, so nothing is lost without them. */
import type { Terminal } from './terminal.ts';

const CODES = { red: 31, green: 32, yellow: 33, grey: 90 } as const;

const COLOUR_OF: Readonly<Record<string, keyof typeof CODES>> = {
  active: 'green',
  paused: 'yellow',
  disabled: 'red',
  retrying: 'yellow',
  held: 'yellow',
  succeeded: 'green',
  exhausted: 'red',
  cancelled: 'grey',
  blocked: 'red',
  healthy: 'green',
  degraded: 'red',
  no_data: 'grey',
  valid: 'green',
  invalid: 'red',
  holds: 'green',
  fails: 'red',
  missing: 'red',
  wrong_type: 'red',
};

/** `word` in the colour of the state that it names; plain where it names none, or colours are not wanted. */
export function stateColour(terminal: Pick<Terminal, 'colours'>): (word: string) => string {
  return (word) => {
    const colour = Object.hasOwn(COLOUR_OF, word) ? COLOUR_OF[word] : undefined;
    return terminal.colours && colour !== undefined ? `\u001b[${CODES[colour]}m${word}\u001b[39m` : word;
  };
}
