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
  /** Rejects where Kafka is away; the next question then connects anew. */
  ask<T>(question: (admin: Admin) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** For who asks often: connecting costs several round trips. Connects with the first question. */
export function keepAdmin(kafka: Kafka): KeptAdmin {
  let kept: Promise<Admin> | null = null;
  const connect = async (): Promise<Admin> => {
    const admin = kafka.admin();
    await admin.connect();
    return admin;
  };
  const close = async (): Promise<void> => {
    const admin = await kept?.catch(() => null);
    kept = null;
    await admin?.disconnect();
  };
  return {
    async ask(question) {
      try {
        kept ??= connect();
        return await question(await kept);
      } catch (error) {
        await close().catch(() => undefined);
        throw error;
      }
    },
    close,
  };
}
