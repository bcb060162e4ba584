import { defineConfig } from 'vitest/config';

/**
 * Three kinds of tests, told apart by their file name, one kind after the other:
 *   *.test.ts          pure and fast, nothing beside this process, in parallel
 *   *.stack.test.ts    against real Kafka, Temporal or PostgreSQL of their own, one file at a time
 *   *.feature.test.ts  against the whole product, started once with `npm start`, one file at a time
 */
const oneAtATime = { fileParallelism: false, maxWorkers: 1, testTimeout: 120_000, hookTimeout: 900_000 };

/** What a test waits for may come from a process or a network that has other things to do. */
const patient = { poll: { timeout: 30_000 } };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'pure',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.{stack,feature}.test.ts'],
          testTimeout: 60_000,
          expect: patient,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'stack',
          include: ['test/**/*.stack.test.ts'],
          ...oneAtATime,
          expect: patient,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'feature',
          include: ['test/**/*.feature.test.ts'],
          globalSetup: ['test/features/setup.ts'],
          ...oneAtATime,
          expect: patient,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
