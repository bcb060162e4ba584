import fc from 'fast-check';
import { expect, it } from 'vitest';
import { settingsBytes } from '../../../domain/subscription/settings-size.ts';
import { SETTINGS } from './subscription-log.ts';

it('settings come to as many bytes as their JSON has in UTF-8', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.dictionary(fc.string(), fc.string()),
      (description, headers) => {
        const settings = { ...SETTINGS, description, headers: headers as never };
        expect(settingsBytes(settings)).toBe(Buffer.byteLength(JSON.stringify(settings)));
      },
    ),
  );
});
