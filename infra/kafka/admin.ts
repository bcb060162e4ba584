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
