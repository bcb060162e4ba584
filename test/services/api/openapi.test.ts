/** The OpenAPI document: every route is in it, each thing in it has an example, and each example is true. */
import { describe, expect, it } from 'vitest';
import type { Content } from '../../../services/api/openapi/openapi-types.ts';
import { misfitOf, operationsOf } from './document-checks.ts';
import { documentOf, routesOf, startServer } from './server.ts';

const document = await documentOf();
const operations = operationsOf(document);
const misfit = misfitOf(document);

const OPEN = ['GET /docs', 'GET /healthz', 'GET /metrics', 'GET /openapi.json', 'GET /readyz'];

it('every route of the server is described, and nothing else', async () => {
  const routes = (await routesOf()).map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
  expect(operations.map(({ name }) => name).sort()).toEqual([...routes, ...OPEN].sort());
});

it('no two operations have the same name', () => {
  const names = operations.map(({ operationId }) => operationId);
  expect(names).toEqual([...new Set(names)]);
});

describe.each(operations)('$name', ({ name, parameters = [], requestBody, responses, summary }) => {
  const contents: readonly (readonly [string, Content])[] = [
    ...(requestBody === undefined ? [] : [['request', requestBody.content] as const]),
    ...Object.entries(responses).flatMap(([status, { content }]) =>
      content === undefined ? [] : [[status, content] as const],
    ),
  ];

  it('says what it does in one line, which no other says', () => {
    expect(summary).toMatch(/^[A-Z].*[^.]$/);
    expect(operations.filter((other) => other.summary === summary)).toHaveLength(1);
  });

  it('says what it answers, and which problems there are', () => {
    const statuses = Object.keys(responses).map(Number);
    expect(statuses.some((status) => status >= 200 && status < 300)).toBe(true);
    if (name.includes(' /v1/')) expect(statuses).toEqual(expect.arrayContaining([401, 403, 429, 503]));
    if (name.includes('{')) expect(statuses).toContain(404);
    if (requestBody !== undefined) expect(statuses).toEqual(expect.arrayContaining([400, 413, 415, 422]));
  });

  it('names every part of its path', () => {
    const inPath = [...name.matchAll(/\{(\w+)\}/g)].map(([, part]) => part);
    expect(parameters.filter((one) => one.in === 'path').map((one) => one.name)).toEqual(inPath);
  });

  it('has examples that fit', () => {
    const examples = [
      ...parameters
        .filter((one) => one.required || 'example' in one)
        .map((one) => ({ of: one.name, schema: one.schema, example: one['example'] })),
      ...contents.flatMap(([of, content]) =>
        Object.entries(content)
          .filter(([type]) => type.endsWith('json') && !type.includes('ndjson'))
          .map(([, { schema, example }]) => ({ of, schema, example })),
      ),
    ];
    const wrong = examples
      .map(({ of, schema, example }) => ({ of, misfit: misfit(schema, example) }))
      .filter((one) => one.misfit !== null);
    expect(wrong).toEqual([]);
    expect(examples.filter(({ example }) => example === undefined)).toEqual([]);
  });
});

describe('the page of the document', () => {
  it('loads nothing from elsewhere, and may not', async () => {
    const { raw } = startServer();
    const page = await raw('/docs');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self';");
    const linked = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link);
    expect(linked).toContain('docs/swagger-ui-bundle.js');
    for (const link of linked.filter((one) => !one.startsWith('data:'))) {
      expect({ link, status: (await raw(`/${link}`)).statusCode }).toEqual({ link, status: 200 });
    }
  });
});
