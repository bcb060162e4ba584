/**
 * Questions and answers between a process and one that it has forked. Either side asks the other; what is open when the
 * other one goes, or is asked after that, is rejected.
 */

/** The other side: a forked process, or for that one its own `process`. */
export interface Peer {
  readonly connected: boolean;
  send?(message: object): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  once(event: 'disconnect', listener: () => void): unknown;
}

type Message =
  | { readonly say: 'question'; readonly number: number; readonly content: unknown }
  | { readonly say: 'answer'; readonly number: number; readonly content: unknown }
  | { readonly say: 'failure'; readonly number: number; readonly message: string };

interface Open {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * What asks `peer`. Its own questions are answered by `answer`; where that rejects, the peer's question does, with the
 * same message. Both sides must agree on what is asked and answered: nothing is checked.
 */
export function createDialogue<Question, Answer, PeersQuestion>(
  peer: Peer,
  answer: (question: PeersQuestion) => Promise<unknown>,
): (question: Question) => Promise<Answer> {
  const open = new Map<number, Open>();
  let asked = 0;

  const send = (message: Message): void => {
    if (peer.connected) peer.send?.(message);
  };
  const take = (number: number): Open | undefined => {
    const one = open.get(number);
    open.delete(number);
    return one;
  };

  peer.on('message', (given) => {
    const message = given as Message;
    switch (message.say) {
      case 'question': {
        const { number } = message;
        answer(message.content as PeersQuestion).then(
          (content) => send({ say: 'answer', number, content }),
          (error: unknown) => send({ say: 'failure', number, message: (error as Error).message }),
        );
        return;
      }
      case 'answer':
        return take(message.number)?.resolve(message.content);
      case 'failure':
        return take(message.number)?.reject(new Error(message.message));
    }
  });
  peer.once('disconnect', () => {
    for (const { reject } of open.values()) reject(goneError());
    open.clear();
  });

  return (content) =>
    new Promise((resolve, reject) => {
      if (!peer.connected) return reject(goneError());
      asked += 1;
      open.set(asked, { resolve: resolve as Open['resolve'], reject });
      send({ say: 'question', number: asked, content });
    });
}

const goneError = (): Error => new Error('the other process is gone');
