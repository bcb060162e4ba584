import { describe, expect, it } from 'vitest';
import { createApiKeyUses } from '../../../domain/api-key/uses.ts';
import { ApiKeyId } from '../../../schemas/ids.ts';

const ID = ApiKeyId.parse('key_0000000000000001');
const OTHER = ApiKeyId.parse('key_0000000000000002');
const at = (second: number) => Date.parse('2026-01-01T00:00:00.000Z') + second * 1_000;
const used = (id: ApiKeyId, second: number) => ({
  schema_version: 1 as const,
  type: 'ApiKeyUsed' as const,
  api_key_id: id,
  at: new Date(at(second)).toISOString(),
});

describe('the last use of a key', () => {
  it('is null until it is used', () => {
    expect(createApiKeyUses().lastUsedAt(ID)).toBeNull();
  });

  it('is the latest that this process saw or the log tells, in any order', () => {
    const uses = createApiKeyUses();
    uses.apply(used(ID, 5));
    uses.apply(used(ID, 3));
    expect(uses.lastUsedAt(ID)).toBe('2026-01-01T00:00:05.000Z');
    uses.saw(ID, at(7));
    uses.saw(ID, at(6));
    expect(uses.lastUsedAt(ID)).toBe('2026-01-01T00:00:07.000Z');
  });

  it('is told to the log once, however often the key was used', () => {
    const uses = createApiKeyUses();
    for (const second of [1, 2, 3]) uses.saw(ID, at(second));
    uses.saw(OTHER, at(1));
    expect(uses.untold()).toEqual([used(ID, 3), used(OTHER, 1)]);
    for (const record of uses.untold()) uses.apply(record);
    expect(uses.untold()).toEqual([]);
  });

  it('is not told where another process has told a later one', () => {
    const uses = createApiKeyUses();
    uses.saw(ID, at(1));
    uses.apply(used(ID, 2));
    expect(uses.untold()).toEqual([]);
  });
});
