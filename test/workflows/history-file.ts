/** Recorded histories as files that a person can read: test/histories/<name>.json. */
import proto from '@temporalio/proto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const { History } = proto.temporal.api.history.v1;
type History = proto.temporal.api.history.v1.IHistory;
const FOLDER = new URL('../histories/', import.meta.url);

/** The names of all that are recorded. */
export const recordedNames = (): string[] =>
  readdirSync(FOLDER)
    .map((file) => file.replace(/\.json$/, ''))
    .sort();

export function writeHistory(name: string, history: History): void {
  const readable = History.toObject(History.fromObject(history), {
    longs: String,
    enums: String,
    bytes: String,
  });
  writeFileSync(new URL(`${name}.json`, FOLDER), `${JSON.stringify(readable, null, 1)}\n`);
}

/** Back as the SDK has it. The SDK's own JSON functions do not work with the protobufjs that it installs. */
export const readHistory = (name: string): History =>
  History.fromObject(
    JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as Record<string, unknown>,
  );
