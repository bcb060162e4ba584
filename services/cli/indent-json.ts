/** Past this depth a document is left as it is: indentation would grow with the square of its size. */
const MAX_DEPTH = 64;

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * A JSON text with a line for each member and item, two spaces deeper at each level. Its tokens stay as they
 * were, so no number changes. Null where it is no JSON, or nested too deep.
 */
export function indentJson(text: string): string | null {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  let indented = '';
  let depth = 0;
  let opened = false;
  const newLine = () => `\n${'  '.repeat(depth)}`;
  for (const [token] of text.matchAll(TOKEN)) {
    const closes = token === '}' || token === ']';
    if (closes) {
      depth -= 1;
      // An empty object or array stays on its line.
      indented += opened ? token : newLine() + token;
      opened = false;
      continue;
    }
    if (opened) indented += newLine();
    opened = token === '{' || token === '[';
    if (opened) depth += 1;
    if (depth > MAX_DEPTH) return null;
    indented += token === ',' ? `,${newLine()}` : token === ':' ? ': ' : token;
  }
  return indented;
}
