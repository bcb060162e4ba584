/** The documents are held to the code: what they name must be there, and what must be named is in them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deliveryHeaders, type AttemptToSign } from '../domain/deliver/signature.ts';
import { hmacSha256 } from '../infra/crypto/hmac.ts';
import { isCustomHeader } from '../schemas/custom-headers.ts';
import { EVENT_TYPES } from '../schemas/event-types.ts';
import { DeliveryId, SubscriptionId } from '../schemas/ids.ts';

const read = (path: string): string => readFileSync(path, 'utf8');

/** Rooms of which the map names every file. */
const MAPPED_ROOMS = ['schemas', 'domain', 'workflows', 'activities'];
const ROOMS = [...MAPPED_ROOMS, 'infra', 'services', 'receiver', 'client', 'test', 'bin', 'bench', 'docs'];

const filesOf = (folder: string, ending: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name));

const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...filesOf('docs', '.md')];

/** Every path of ours between backticks: `domain/match/compile.ts`, `test/services/cli/`. */
const pathsIn = (document: string): string[] =>
  [...document.matchAll(/`([\w.-]+\/[\w./-]*)`/g)]
    .map(([, path = '']) => path)
    .filter((path) => ROOMS.some((room) => path.startsWith(`${room}/`)));

/** Each name that a document places in a file: `` `EVENT_TYPES` in `schemas/event-types.ts` ``, or behind its path. */
const placedNames = (document: string): { name: string; path: string }[] =>
  [
    ...document.matchAll(/`(?<name>\w+)`\s+in\s+`(?<path>[\w./-]+\.ts)`/g),
    ...document.matchAll(/`(?<path>[\w./-]+\.ts)`,\s+`(?<name>\w+)`/g),
  ].map(({ groups }) => groups as { name: string; path: string });

/** The paths of the trees in docs/map.md: a room at the margin, what is in it indented by two. */
function mappedPaths(): string[] {
  let room = '';
  return [...read('docs/map.md').matchAll(/^```\n([^]*?)^```$/gm)].flatMap(([, tree = '']) =>
    tree
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [name = ''] = line.trim().split(/\s/);
        if (line.startsWith(' ')) return join(room, name);
        room = name;
        return room;
      }),
  );
}

describe.each(DOCUMENTS)('%s', (document) => {
  it('names only paths that exist', () => {
    expect(pathsIn(read(document)).filter((path) => !existsSync(path))).toEqual([]);
  });

  it('places no name in a file that does not declare it', () => {
    const isThere = ({ name, path }: { name: string; path: string }): boolean =>
      existsSync(path) &&
      new RegExp(`\\b(?:const|function|class|interface|type) ${name}\\b`).test(read(path));
    expect(placedNames(read(document)).filter((placed) => !isThere(placed))).toEqual([]);
  });

  it('links only to documents that exist', () => {
    const targets = [...read(document).matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(
      ([, target = '']) => target,
    );
    expect(targets.filter((target) => !existsSync(join(dirname(document), target)))).toEqual([]);
  });

  it('tells only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...read(document).matchAll(/npm run ([a-z][\w:-]*)/g)].map(([, script = '']) => script);
    expect(named.filter((script) => scripts[script] === undefined)).toEqual([]);
  });
});

describe('docs/map.md', () => {
  it('names only paths that exist', () => {
    expect(mappedPaths().filter((path) => !existsSync(path))).toEqual([]);
  });

  it.each(MAPPED_ROOMS)('names every file of %s, each once', (room) => {
    const mapped = mappedPaths().filter((path) => path.startsWith(`${room}/`) && path.endsWith('.ts'));
    expect(mapped.sort()).toEqual(filesOf(room, '.ts').sort());
  });
});

it('docs/operating.md has a row for each variable of schemas/config.ts, and for no other', () => {
  const schema = /const Environment = z\.object\(\{([^]*?)^\}\);/m.exec(read('schemas/config.ts'))?.[1] ?? '';
  const known = [...schema.matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(([, name]) => name);
  const table = /^## Environment variables$([^]*?)^## /m.exec(read('docs/operating.md'))?.[1] ?? '';
  const told = [...table.matchAll(/^\| `([A-Z][A-Z_]+)`/gm)].map(([, name]) => name);
  expect(known.length).toBeGreaterThan(0);
  expect(told.sort()).toEqual(known.sort());
});

it('docs/events.md has a row for each event type of the catalogue, and for no other', () => {
  const table = /^## The catalogue$([^]*)/m.exec(read('docs/events.md'))?.[1] ?? '';
  const told = [...table.matchAll(/^\| `([a-z.]+)`/gm)].map(([, type]) => type);
  expect(told.sort()).toEqual([...EVENT_TYPES.keys()].sort());
});

type Verify = (rawBody: Buffer, headers: Record<string, string>, secret: string) => boolean;

/** The first JavaScript block of a document, as a module. */
async function codeOf(document: string): Promise<Record<string, Verify>> {
  const code = /^```js\n([^]*?)^```$/m.exec(read(document))?.[1] ?? '';
  return (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as Record<string, Verify>;
}

const attempt: AttemptToSign = {
  eventType: 'workflow.completed',
  deliveryId: DeliveryId.parse('del_00000000000000000001'),
  subscriptionId: SubscriptionId.parse('wh_00000001'),
  attempt: 1,
  timestampSeconds: Math.floor(Date.now() / 1_000),
  body: '{"event":"workflow.completed","data":{"output":"größer als 1 €"}}',
  scheme: 'body',
  secret: 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=',
  previousSecret: null,
  traceparent: '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01',
  customHeaders: {},
};

/** The headers as Node gives them to a receiver. */
const received = (signed: AttemptToSign): Record<string, string> =>
  Object.fromEntries(
    Object.entries(deliveryHeaders(signed, hmacSha256, isCustomHeader)).map(([header, value]) => [
      header.toLowerCase(),
      value,
    ]),
  );

describe.each([
  ['README.md', 'isGenuine', 'body'],
  ['docs/receiving.md', 'verifyBody', 'body'],
  ['docs/receiving.md', 'verifyTimestamped', 'timestamped'],
  ['docs/receiving.md', 'verifyStandard', 'body'],
  ['docs/receiving.md', 'verifyStandard', 'timestamped'],
] as const)('the code of %s, %s', (document, name, scheme) => {
  it(`takes what is signed with the scheme ${scheme}, and nothing else`, async () => {
    const verify = (await codeOf(document))[name];
    const headers = received({ ...attempt, scheme });
    const body = Buffer.from(attempt.body);
    expect(verify?.(body, headers, attempt.secret)).toBe(true);
    expect(verify?.(body, headers, 'whsec_YW5vdGhlciBzZWNyZXQ=')).toBe(false);
    expect(verify?.(Buffer.from(`${attempt.body} `), headers, attempt.secret)).toBe(false);
    expect(verify?.(body, {}, attempt.secret)).toBe(false);
  });
});

it.each(['verifyTimestamped', 'verifyStandard'])(
  'the code of docs/receiving.md, %s, refuses what was signed long ago',
  async (name) => {
    const verify = (await codeOf('docs/receiving.md'))[name];
    const signedAt = (timestampSeconds: number) =>
      received({ ...attempt, scheme: 'timestamped', timestampSeconds });
    const body = Buffer.from(attempt.body);
    expect(verify?.(body, signedAt(attempt.timestampSeconds - 290), attempt.secret)).toBe(true);
    expect(verify?.(body, signedAt(attempt.timestampSeconds - 310), attempt.secret)).toBe(false);
  },
);
