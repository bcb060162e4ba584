import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openGroup, packGroup } from '../../../infra/temporal/packed-group.ts';
import type { DeliveryGroup, PackedGroup } from '../../../schemas/delivery.ts';
import { taskOf } from '../../activities/task-of.ts';

const groupOf = (bodies: readonly string[]): DeliveryGroup => ({
  id: 'group:platform.events:0:7',
  startedAt: '2024-01-15T10:30:05.123Z',
  tasks: bodies.map((body, index) => ({ ...taskOf(index), body })),
});
const opened = (packed: PackedGroup): DeliveryGroup => {
  const { id, startedAt, heads, bodyOf } = openGroup(packed);
  return { id, startedAt, tasks: heads.map((head, index) => ({ ...head, body: bodyOf(index).toString() })) };
};
/** As groups were packed that older code has started. */
const packedBefore = (group: DeliveryGroup): PackedGroup => new TextEncoder().encode(JSON.stringify(group));

it('a group is opened as it was packed, its bodies byte by byte', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.json(), fc.string({ unit: 'grapheme' }))), (bodies) => {
      const group = groupOf(bodies);
      expect(opened(packGroup(group))).toEqual(group);
    }),
  );
});

it('a group that was packed before its bodies stood apart is opened as well', () => {
  const group = groupOf(['{"n":1}', '{"n":"Grüße 😀"}']);
  expect(opened(packedBefore(group))).toEqual(group);
});

it('bodies that are alike take little room', () => {
  const body = JSON.stringify({ text: 'x'.repeat(1_000) });
  const group = groupOf(Array.from({ length: 100 }, () => body));
  expect(packGroup(group).length).toBeLessThan(packedBefore(group).length / 10);
});

it.each([
  ['of a version to come', Uint8Array.of(2, 1, 1)],
  ['that is empty', new Uint8Array()],
])('a group %s is refused by what it says of its version', (_which, packed) => {
  expect(() => openGroup(packed)).toThrow(/^a group is packed in version (2|undefined), which/);
});
