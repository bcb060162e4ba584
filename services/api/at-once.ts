/** A limit for what is costly: how much of it runs at once in a process. What is over is refused, and does not wait. */
import type { FastifyReply } from 'fastify';
import { Problem } from './problem.ts';

/** Takes a place and answers what gives it back, to be called once. Throws a 429 where no place is left. */
export type TakePlace = (reply: FastifyReply) => () => void;

const TRY_AGAIN_SECONDS = 10;

/** `most` places for `what`, a plural such as "previews". */
export function placesFor(most: number, what: string): TakePlace {
  let taken = 0;
  return (reply) => {
    if (taken >= most) {
      void reply.header('retry-after', String(TRY_AGAIN_SECONDS));
      throw new Problem(429, `${most} ${what} are under way already. Ask again when one has ended.`);
    }
    taken += 1;
    return () => void (taken -= 1);
  };
}
