/** How this process reaches Temporal: address, credentials, and the codec that every payload passes. */
import { Client, Connection, type ClientOptions } from '@temporalio/client';
import { NativeConnection, type NativeConnectionOptions } from '@temporalio/worker';
import { readFile } from 'node:fs/promises';
import type { Config } from '../../schemas/config.ts';
import type { KeyRing } from '../crypto/sealed-secret.ts';
import { createPayloadCodec } from './payload-codec.ts';

/** The data converter of clients and workers. */
export const dataConverter = (keys: KeyRing): NonNullable<ClientOptions['dataConverter']> => ({
  payloadCodecs: [createPayloadCodec(keys)],
});

async function connectionOptions(config: Config['temporal']) {
  return {
    address: config.address,
    // The SDK would gzip each request, and what we send is sealed: random bytes, which do not become shorter.
    grpcCompression: { codec: 'none' },
    ...(config.tls === null
      ? {}
      : {
          tls: {
            clientCertPair: {
              crt: await readFile(config.tls.certPath),
              key: await readFile(config.tls.keyPath),
            },
          },
        }),
    ...(config.apiKey === null ? {} : { apiKey: config.apiKey, tls: config.tls === null ? true : undefined }),
  } as NativeConnectionOptions;
}

/** A connection for a process that runs workers; a client may share it. */
export const connectWorker = async (config: Config['temporal']): Promise<NativeConnection> =>
  NativeConnection.connect(await connectionOptions(config));

/** A connection for a process that only starts and asks. */
export const connectClient = async (config: Config['temporal']): Promise<Connection> =>
  Connection.connect((await connectionOptions(config)) as Parameters<typeof Connection.connect>[0]);

/** A client on an open connection. */
export const createClient = (
  connection: Connection | NativeConnection,
  namespace: string,
  keys: KeyRing,
): Client => new Client({ connection, namespace, dataConverter: dataConverter(keys) });
