import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InLine, laneOf, mayStart, type Standing } from '../../../domain/deliver/lane.ts';
import type { DeliveryId } from '../../../schemas/ids.ts';
import type { JsonObject } from '../../../schemas/json.ts';

const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest();
const lane = (field: string, data: JsonObject) => laneOf(field, data, sha256);

describe('the lane of an event', () => {
  it('is the same for the same value and another for another one', () => {
    expect(lane('user_id', { user_id: 'a', x: 1 })).toBe(lane('user_id', { user_id: 'a', x: 2 }));
    expect(lane('user_id', { user_id: 'a' })).not.toBe(lane('user_id', { user_id: 'b' }));
    expect(lane('user_id', { user_id: 1 })).not.toBe(lane('user_id', { user_id: '1' }));
  });

  it('is found by dotted names, as filters find fields', () => {
    expect(lane('user.id', { user: { id: 'a' } })).toBe(lane('user.id', { 'user.id': 'a' }));
  });

  it('is none where the field is missing or null', () => {
    expect(lane('user_id', {})).toBeUndefined();
    expect(lane('user_id', { user_id: null })).toBeUndefined();
    expect(lane('user_id', { user_id: '' })).toBeDefined();
  });
});

interface Row extends InLine {
  readonly standing: Standing;
}
const lines = fc
  .array(
    fc.record({
      lane: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }),
      standing: fc.constantFrom<Standing>('waits', 'on_wire', 'stopped', 'ended'),
    }),
  )
  .map((rows) => rows.map((row, index): Row => ({ ...row, deliveryId: `del_${index}` as DeliveryId })));
const standingOf = ({ standing }: Row): Standing => standing;
const lanesOf = (rows: readonly Row[]): string[] =>
  rows.flatMap(({ lane: one }) => (one === undefined ? [] : [one]));

describe('what may start', () => {
  it('is never a second one of a lane', () => {
    fc.assert(
      fc.property(lines, (line) => {
        const lanes = lanesOf(mayStart(line, standingOf));
        expect(new Set(lanes).size).toBe(lanes.length);
      }),
    );
  });

  it('is of each lane the oldest that has not ended, and nothing while that is on the wire or stopped', () => {
    fc.assert(
      fc.property(lines, (line) => {
        for (const row of mayStart(line, standingOf)) {
          if (row.lane === undefined) continue;
          expect(line.find((one) => one.lane === row.lane && one.standing !== 'ended')).toBe(row);
        }
      }),
    );
  });

  it('is something of every lane that is free, and every delivery without a lane that waits', () => {
    fc.assert(
      fc.property(lines, (line) => {
        const started = mayStart(line, standingOf);
        for (const row of line) {
          const isFirst = line.find((one) => one.lane === row.lane && one.standing !== 'ended') === row;
          const isFree = row.standing === 'waits' && (row.lane === undefined || isFirst);
          expect(started.includes(row)).toBe(isFree);
        }
      }),
    );
  });

  it('brings every lane to its end in order, whatever ends first and however often it fails', () => {
    const laneNames = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 20 });
    const chances = fc.infiniteStream(fc.record({ which: fc.nat(), ends: fc.boolean() }));
    fc.assert(
      fc.property(laneNames, chances, (lanes, chance) => {
        const line = lanes.map((one, index) => ({ deliveryId: `del_${index}` as DeliveryId, lane: one }));
        const standings = new Map<DeliveryId, Standing>();
        const standing = ({ deliveryId }: InLine): Standing => standings.get(deliveryId) ?? 'waits';
        const ended: (typeof line)[number][] = [];
        while (ended.length < line.length) {
          for (const row of mayStart(line, standing)) standings.set(row.deliveryId, 'on_wire');
          const onWire = line.filter((row) => standing(row) === 'on_wire');
          const { which, ends } = chance.next().value!;
          const row = onWire[which % onWire.length]!;
          standings.set(row.deliveryId, ends ? 'ended' : 'waits');
          if (ends) ended.push(row);
        }
        for (const name of new Set(lanes)) {
          const ofLane = (rows: typeof line) => rows.filter((row) => row.lane === name);
          expect(ofLane(ended)).toEqual(ofLane(line));
        }
      }),
    );
  });
});
