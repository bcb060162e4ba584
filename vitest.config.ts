import { defineConfig } from 'vitest/config';

/**
 * Two kinds of tests, told apart by their file name:
 *   *.test.ts        pure and fast, no process beside this one, in parallel
 *   *.stack.test.ts  against real Kafka, Temporal and PostgreSQL, one file at a time
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'pure',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.stack.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'stack',
          include: ['test/**/*.stack.test.ts'],
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 180_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
