/** Asks Kafka about its topics and groups, or has it change them. */
import type { Admin, Kafka } from 'kafkajs';

/** Answers what `ask` answers; its connection is closed either way. Rejects where Kafka is away. */
export async function withAdmin<T>(kafka: Kafka, ask: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await ask(admin);
  } finally {
    await admin.disconnect();
  }
}

/** A connection that is kept for the next question. */
export interface KeptAdmin {
  /** Rejects where Kafka is away; the next question then connects anew. Who asks at the same time is not disturbed. */
  ask<T>(question: (admin: Admin) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

interface Connection {
  readonly admin: Promise<Admin>;
  /** Questions that have no answer yet. */
  open: number;
}

/**
 * For who asks often: connecting costs several round trips. Connects with the first question.
 *
 * After any failure the next question connects anew: kafkajs does not tell a dead connection from an answer that it
 * does not like, and an answer may come of what the connection knew of the cluster before.
 */
export function keepAdmin(kafka: Kafka): KeptAdmin {
  let kept: Connection | null = null;
  const connect = async (): Promise<Admin> => {
    const admin = kafka.admin();
    await admin.connect();
    return admin;
  };
  const disconnect = async (connection: Connection | null): Promise<void> => {
    const admin = await connection?.admin.catch(() => null);
    await admin?.disconnect();
  };
  return {
    async ask(question) {
      const asked = (kept ??= { admin: connect(), open: 0 });
      asked.open += 1;
      try {
        return await question(await asked.admin);
      } catch (error) {
        if (kept === asked) kept = null;
        throw error;
      } finally {
        asked.open -= 1;
        // Not before the last answer: those who asked meanwhile have nothing to do with the failure.
        if (kept !== asked && asked.open === 0) await disconnect(asked).catch(() => undefined);
      }
    },
    close() {
      const closed = kept;
      kept = null;
      return disconnect(closed);
    },
  };
}
