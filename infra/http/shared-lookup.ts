/** Resolves names as the operating system does, `/etc/hosts` included. */
import { lookup } from 'node:dns/promises';
import type { ResolveName } from './guarded-connector.ts';

/** Node's, with every address of the name. */
export const lookUpAll: ResolveName = (hostname) => lookup(hostname, { all: true });

/**
 * Lets callers who ask for a name that is being resolved share the answer. The system's resolver works on threads of the
 * process, of which there are few: many connections to one name with a slow name server would starve the rest.
 */
export function shareRunning(resolve: ResolveName): ResolveName {
  const running = new Map<string, ReturnType<ResolveName>>();
  return (hostname) => {
    const known = running.get(hostname);
    if (known !== undefined) return known;
    const answer = resolve(hostname).finally(() => running.delete(hostname));
    running.set(hostname, answer);
    return answer;
  };
}
