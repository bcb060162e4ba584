/** The OpenAPI 3.1 document, made from the schemas by which the routes are checked. */
import type { FastifyInstance, FastifySchema } from 'fastify';
import { z } from 'zod';
import { neededScope } from '../needed-scope.ts';
import { NoContent } from '../zod-routes.ts';
import { type Components, jsonSchemaOf, type JsonSchema } from './json-schema.ts';
import type { Content, Header, OpenApiDocument, Operation, Parameter, Response } from './openapi-types.ts';
import { problemsOf, type RouteForm, sharedProblems } from './problems.ts';

/** Keeps the routes that are added to `app` from now on. Those without a summary stand in no document. */
export function collectRoutes(app: FastifyInstance): readonly RouteForm[] {
  const routes: RouteForm[] = [];
  app.addHook('onRoute', ({ method, url, schema = {} }) => {
    for (const one of [method].flat()) {
      if (one !== 'HEAD' && schema.isAsset !== true) routes.push({ method: one, path: url, schema });
    }
  });
  return routes;
}

/** The document of those routes that have a summary. Throws where schemas cannot be told apart or told at all. */
export function openApiDocument(routes: readonly RouteForm[]): OpenApiDocument {
  const components: Components = new Map();
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes) {
    const { summary } = route.schema;
    if (summary === undefined) continue;
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[route.method.toLowerCase()] = operationOf(route, summary, components);
  }
  const responses = sharedProblems(components);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Webhooks',
      version: '1.0.0',
      description:
        'Subscriptions say which events are delivered where. Errors are RFC 9457 problem details. Lists are ' +
        'answered page by page. Unknown fields are refused. What cannot be read as HTTP is answered in the same form: ' +
        '400, 408 where it comes too slowly, 431 where address and headers are too large.',
    },
    servers: [{ url: '/' }],
    tags: [
      ...new Set(Object.values(paths).flatMap((path) => Object.values(path).flatMap(({ tags }) => tags))),
    ].map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
      responses,
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key of the account.' },
      },
    },
  };
}

function operationOf(route: RouteForm, summary: string, components: Components): Operation {
  const { method, path, schema } = route;
  const isOpen = !path.startsWith('/v1/');
  const scope = neededScope(method, path);
  const parameters = parametersOf(schema, components);
  const body = bodyOf(schema, components);
  return {
    operationId: operationIdOf(method, path),
    tags: [isOpen ? 'operation' : (path.split('/')[2] ?? '')],
    summary,
    description: [schema.description, isOpen ? undefined : `Needs the scope \`${scope}\`.`]
      .filter((text) => text !== undefined)
      .join('\n\n'),
    security: isOpen ? [] : [{ apiKey: [scope] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === null ? {} : { requestBody: body }),
    responses: { ...answersOf(schema, components), ...problemsOf(route, components) },
  };
}

/** `getSubscriptionsByIdHistory`: unlike a summary, it stays the same when somebody finds better words. */
const operationIdOf = (method: string, path: string): string =>
  [method.toLowerCase(), ...path.replace(/^\/v1/, '').split(/[/.-]/)]
    .filter((word) => word !== '')
    .map((word) => word.replace(/^:(.)/, (_colon, first: string) => `By${first.toUpperCase()}`))
    .map((word, place) => (place === 0 ? word : `${word.charAt(0).toUpperCase()}${word.slice(1)}`))
    .join('');

function parametersOf(schema: FastifySchema, components: Components): readonly Parameter[] {
  const of = (kind: Parameter['in'], given: unknown): readonly Parameter[] => {
    if (!(given instanceof z.ZodType)) return [];
    const { properties = {}, required = [] } = jsonSchemaOf(given, 'input', components);
    return Object.entries(properties as Record<string, JsonSchema>).map(([name, property]) => {
      const { description, examples: [example] = [], ...rest } = property;
      return {
        name,
        in: kind,
        required: required.includes(name),
        ...(description === undefined ? {} : { description }),
        schema: rest,
        ...(example === undefined ? {} : { example }),
      };
    });
  };
  return [...of('path', schema.params), ...of('query', schema.querystring), ...of('header', schema.headers)];
}

function bodyOf(
  { body }: FastifySchema,
  components: Components,
): NonNullable<Operation['requestBody']> | null {
  if (!(body instanceof z.ZodType)) return null;
  return {
    required: !body.safeParse(undefined).success,
    content: { 'application/json': mediaOf(body, 'input', components) },
  };
}

const MEANINGS: Readonly<Record<string, string>> = {
  200: 'Done.',
  201: 'Made.',
  202: 'Taken.',
  204: 'Done. There is nothing to say.',
  503: 'Not yet.',
};

/** What may be answered beside problems. Either a zod schema, which is JSON, or `{content}` with media types. */
function answersOf(schema: FastifySchema, components: Components): Record<string, Response> {
  const headers = Object.fromEntries(
    (schema.answerHeaders ?? []).map((name): [string, Header] => [name, { schema: { type: 'string' } }]),
  );
  const answers = Object.entries((schema.response ?? {}) as Record<string, unknown>);
  return Object.fromEntries(
    answers.map(([status, answer]) => {
      const content = contentOf(answer, components);
      return [
        status,
        {
          description: MEANINGS[status] ?? 'Answered.',
          ...(Object.keys(headers).length === 0 ? {} : { headers }),
          ...(content === null ? {} : { content }),
        },
      ];
    }),
  );
}

function contentOf(answer: unknown, components: Components): Content | null {
  if (answer === NoContent) return null;
  if (answer instanceof z.ZodType) return { 'application/json': mediaOf(answer, 'output', components) };
  const { content } = answer as { content: Record<string, { schema: unknown; example?: unknown }> };
  return Object.fromEntries(
    Object.entries(content).map(([type, media]) => [
      type,
      media.schema instanceof z.ZodType
        ? mediaOf(media.schema, 'output', components)
        : { ...media, schema: media.schema as JsonSchema },
    ]),
  );
}

function mediaOf(schema: z.ZodType, io: 'input' | 'output', components: Components): Content[string] {
  const made = jsonSchemaOf(schema, io, components);
  const id = /^#\/components\/schemas\/(.+)$/.exec(made.$ref ?? '')?.[1] ?? '';
  const example = (made.examples ?? components.get(id)?.examples)?.[0];
  return { schema: made, ...(example === undefined ? {} : { example }) };
}
