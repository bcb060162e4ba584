import { describe, expect, it } from 'vitest';
import { progressLine } from '../../../services/cli/progress.ts';
import { run } from './run.ts';

const NOWHERE = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', KAFKA_BROKERS: '127.0.0.1:1' };
const never = () => new Promise<void>(() => undefined);

describe('webhooks rebuild', () => {
  it('asks first, names the database and Kafka, and does nothing without a yes', async () => {
    const questions: string[] = [];
    const ran = await run(['rebuild'], {
      environment: NOWHERE,
      ask: (question) => {
        questions.push(question);
        return Promise.resolve('no');
      },
    });
    expect(ran).toMatchObject({ exitCode: 1, stdout: '', stderr: 'Nothing was rebuilt.' });
    expect(questions).toEqual([expect.stringMatching(/127\.0\.0\.1:1\/none again from 127\.0\.0\.1:1\?/)]);
  });

  it('wants --yes where nobody is there to be asked', async () => {
    const { exitCode, stderr } = await run(['rebuild'], { environment: NOWHERE });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--yes');
  });

  it('names a variable that is wrong', async () => {
    const { exitCode, stderr } = await run(['rebuild', '--yes'], {
      environment: { DATABASE_URL: 'nonsense' },
    });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^DATABASE_URL: expected a url/);
  });

  it('says that nothing was changed where PostgreSQL is away', async () => {
    const ran = await run(['rebuild', '--yes'], { environment: NOWHERE, interrupted: never });
    expect(ran).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: 'nothing was changed: connect ECONNREFUSED 127.0.0.1:1',
    });
  });
});

describe('the line of progress', () => {
  it('shows a bar, how much is done, and how fast', () => {
    expect(progressLine({ done: 250_000, total: 1_000_000 }, 20_000, 'records')).toBe(
      '[######------------------]  25 %  250,000 of 1,000,000 records, 12,500 a second',
    );
  });

  it('is full where there is nothing to do', () => {
    expect(progressLine({ done: 0, total: 0 }, 0, 'records')).toBe(
      '[########################] 100 %  0 of 0 records, 0 a second',
    );
  });
});
