import { describe, expect, it } from 'vitest';
import { windowOf } from '../../../services/api/window.ts';

const NOW_MS = Date.parse('2024-01-15T10:00:00Z');
const shown = (given: { from?: string; to?: string }) => {
  const { fromMs, toMs } = windowOf(given, NOW_MS);
  return [fromMs, toMs].map((ms) => new Date(ms).toISOString().slice(0, 16));
};

describe('the time that is asked about', () => {
  it.each([
    [{}, '2024-01-14T10:00', '2024-01-15T10:00'],
    [{ from: '2024-01-01T00:00:00Z' }, '2024-01-01T00:00', '2024-01-15T10:00'],
    [{ to: '2024-01-10T02:00:00+02:00' }, '2024-01-09T00:00', '2024-01-10T00:00'],
    [{ from: '2024-01-15T09:00:00Z', to: '2030-01-01T00:00:00Z' }, '2024-01-15T09:00', '2024-01-15T10:00'],
  ])('of %j is %s to %s', (given, from, to) => {
    expect(shown(given)).toEqual([from, to]);
  });

  it.each([
    [{ from: '2024-01-15T10:00:00Z' }, 'expected a time in the past'],
    [{ from: '2024-01-02T00:00:00Z', to: '2024-01-02T00:00:00Z' }, 'expected a time before to'],
  ])('cannot be %j', (given, message) => {
    expect(() => windowOf(given, NOW_MS)).toThrow(`from: ${message}`);
  });
});
