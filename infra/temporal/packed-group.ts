/**
 * A group of deliveries on its way through Temporal: deflated once by whoever starts its workflow, and inflated once by
 * the activity that delivers it. In between it is bytes to everybody, however often it is passed on. Bodies stand apart
 * from what is said of them, for they are sent as the bytes that they are.
 *
 * One byte for the version, then deflated: the length of the head in 4 bytes (big endian), the head as JSON, and the
 * bodies one after the other.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { DeliveryGroup, PackedGroup, TaskHead } from '../../schemas/delivery.ts';

/** A group as it is delivered: bodies are views of the bytes in which they came. */
export interface OpenGroup {
  readonly id: string;
  /** The router's clock, RFC 3339. */
  readonly startedAt: string;
  readonly heads: readonly TaskHead[];
  /** The body of the delivery that `heads` has at this index. */
  readonly bodyOf: (index: number) => Buffer;
}

interface GroupHead extends Pick<OpenGroup, 'id' | 'startedAt' | 'heads'> {
  /** Of each delivery, in bytes. */
  readonly bodyLengths: readonly number[];
}

const VERSION = 1;
const LENGTH_BYTES = 4;
/** Of groups that older code has started: JSON, with the bodies in it. */
const OPENING_BRACE = 0x7b;

/** The bytes that stand for `group`. */
export function packGroup({ id, startedAt, tasks }: DeliveryGroup): PackedGroup {
  const heads = tasks.map(({ body: _, ...head }) => head);
  const bodyLengths = tasks.map(({ body }) => Buffer.byteLength(body));
  const head = JSON.stringify({ id, startedAt, heads, bodyLengths } satisfies GroupHead);
  const headLength = Buffer.byteLength(head);
  const clear = Buffer.allocUnsafe(
    bodyLengths.reduce((sum, length) => sum + length, LENGTH_BYTES + headLength),
  );
  clear.writeUInt32BE(headLength);
  let at = LENGTH_BYTES + clear.write(head, LENGTH_BYTES);
  for (const { body } of tasks) at += clear.write(body, at);
  return Buffer.concat([Buffer.of(VERSION), deflateRawSync(clear, { level: 1 })]);
}

/** @throws RangeError for bytes of a version that this code does not know */
export function openGroup(packed: PackedGroup): OpenGroup {
  const version = packed[0];
  if (version === OPENING_BRACE) return openedFromJson(packed);
  if (version === VERSION) return openedFrom(inflateRawSync(packed.subarray(1)));
  throw new RangeError(`a group is packed in version ${version}, which this code does not know`);
}

function openedFrom(clear: Buffer): OpenGroup {
  const bodiesAt = LENGTH_BYTES + clear.readUInt32BE();
  const head = JSON.parse(clear.toString('utf8', LENGTH_BYTES, bodiesAt)) as GroupHead;
  const { id, startedAt, heads, bodyLengths } = head;
  const ends: number[] = [];
  let end = bodiesAt;
  for (const length of bodyLengths) ends.push((end += length));
  return {
    id,
    startedAt,
    heads,
    bodyOf: (index) => clear.subarray(ends[index]! - bodyLengths[index]!, ends[index]),
  };
}

function openedFromJson(packed: PackedGroup): OpenGroup {
  const { id, startedAt, tasks } = JSON.parse(new TextDecoder().decode(packed)) as DeliveryGroup;
  return { id, startedAt, heads: tasks, bodyOf: (index) => Buffer.from(tasks[index]!.body) };
}
