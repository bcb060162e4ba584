/**
 * kafkajs reads gzip only; a record compressed otherwise crashes its consumer. Platform services choose
 * their own compression, so all that Kafka knows are registered. We write none of these ourselves.
 */
import { decompress as decompressZstd } from 'fzstd';
import { createRequire } from 'node:module';
import kafkajs from 'kafkajs';

const require = createRequire(import.meta.url);

/** Makes records in snappy, lz4 and zstd readable for every client of this process. */
export function registerCompressionCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  const snappy = require('kafkajs-snappy') as () => unknown;
  const lz4 = require('lz4js') as { decompress(bytes: Uint8Array): Uint8Array };
  CompressionCodecs[CompressionTypes.Snappy] = snappy;
  CompressionCodecs[CompressionTypes.LZ4] = () => readOnly((bytes) => lz4.decompress(bytes));
  CompressionCodecs[CompressionTypes.ZSTD] = () => readOnly((bytes) => decompressZstd(bytes));
}

const readOnly = (decompress: (bytes: Uint8Array) => Uint8Array) => ({
  compress: (): Promise<Buffer> => Promise.reject(new Error('this codec only reads')),
  decompress: (bytes: Buffer): Promise<Buffer> => Promise.resolve(Buffer.from(decompress(bytes))),
});
