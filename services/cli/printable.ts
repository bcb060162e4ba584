/**
 * What others wrote, made safe to print. A receiver's answer or a description may hold escape sequences, which
 * a terminal would obey: they would hide lines, move the cursor or change its title.
 */

/** Control characters, line separators, and the marks that reverse the direction of text. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** On one line, with every unsafe character as its escape, such as `\n` or `\u001b`. */
export const printable = (text: string): string =>
  text.replace(UNSAFE, (character) => {
    const escaped = JSON.stringify(character).slice(1, -1);
    return escaped === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : escaped;
  });

/** Like `printable`, but lines stay lines. */
export const printableLines = (text: string): string => text.split(/\r?\n/).map(printable).join('\n');
