/**
 * Lets all who ask while an answer is on its way share the next one: each gets an answer that was looked for after it
 * asked, and however many ask, one is looked for at a time.
 */
export function shareNext<T>(look: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | null = null;
  const lookAfter = async (before: Promise<unknown>): Promise<T> => {
    await before.catch(() => undefined);
    next = null;
    const answer = look();
    running = answer;
    return answer;
  };
  return () => (next ??= lookAfter(running));
}
