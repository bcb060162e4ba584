import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keyRing } from '../../../infra/crypto/sealed-secret.ts';
import { createPayloadCodec } from '../../../infra/temporal/payload-codec.ts';

const [old, current] = [randomBytes(32), randomBytes(32)] as const;
const payloadOf = (text: string) => ({
  metadata: { encoding: Buffer.from('json/plain') },
  data: Buffer.from(JSON.stringify(text)),
});
const textOf = (payload: { data?: Uint8Array | null } | undefined): unknown =>
  JSON.parse(Buffer.from(payload?.data ?? []).toString());

it('gives back what it sealed, short or long', async () => {
  const codec = createPayloadCodec(keyRing(current));
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.string(), fc.string({ minLength: 7_500, maxLength: 10_000 })),
      async (text) => {
        const [opened] = await codec.decode(await codec.encode([payloadOf(text)]));
        expect(textOf(opened)).toBe(text);
        expect(Buffer.from(opened?.metadata?.['encoding'] ?? []).toString()).toBe('json/plain');
      },
    ),
  );
});

it('shows nothing of what it sealed', async () => {
  const secret = 'whsec_planted_secret'.repeat(100);
  const [sealed] = await createPayloadCodec(keyRing(current)).encode([payloadOf(secret)]);
  expect(Buffer.from(sealed?.data ?? []).toString('latin1')).not.toContain('planted');
});

it('makes a long text shorter', async () => {
  const [sealed] = await createPayloadCodec(keyRing(current)).encode([payloadOf('workflow '.repeat(1_000))]);
  expect(sealed?.data?.length).toBeLessThan(1_000);
});

it('leaves bytes as many as they are: who hands them over has packed them', async () => {
  const metadata = { encoding: Buffer.from('binary/plain') };
  const bytes = { metadata, data: Buffer.from('workflow '.repeat(1_000)) };
  const codec = createPayloadCodec(keyRing(current));
  const sealed = await codec.encode([bytes]);
  expect(sealed[0]?.data?.length).toBeGreaterThan(bytes.data.length);
  const [opened] = await codec.decode(sealed);
  expect(Buffer.from(opened?.data ?? [])).toEqual(bytes.data);
});

it('opens what an older key has sealed', async () => {
  const sealed = await createPayloadCodec(keyRing(old)).encode([payloadOf('from before')]);
  const [opened] = await createPayloadCodec(keyRing(current, old)).decode(sealed);
  expect(textOf(opened)).toBe('from before');
});

it('names the key that is missing', async () => {
  const sealed = await createPayloadCodec(keyRing(old)).encode([payloadOf('lost')]);
  await expect(createPayloadCodec(keyRing(current)).decode(sealed)).rejects.toThrow(
    /encryption key [0-9a-f]{16}/,
  );
});

it('refuses what was changed', async () => {
  const codec = createPayloadCodec(keyRing(current));
  const [sealed] = await codec.encode([payloadOf('genuine')]);
  const data = Uint8Array.from(sealed!.data!);
  data[20]! ^= 1;
  await expect(codec.decode([{ ...sealed!, data }])).rejects.toThrow();
});

it('lets a payload pass that was never sealed', async () => {
  const [passed] = await createPayloadCodec(keyRing(current)).decode([payloadOf('in clear')]);
  expect(textOf(passed)).toBe('in clear');
});
