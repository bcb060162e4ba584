/**
 * Routes that are checked and described by one thing: the zod schemas in their `schema`. Fastify parses what a request
 * brings with them before the handler runs, the compiler holds handlers to the answers that they name, and
 * `openapi/document.ts` writes them down for customers.
 */
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifySchemaCompiler,
  FastifyTypeProvider,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import { z } from 'zod';
import { parse } from './parse.ts';
import { notFound, Problem } from './problem.ts';

declare module 'fastify' {
  interface FastifySchema {
    /** One line that says what the route does. A test demands it of every route. */
    readonly summary?: string;
    /** What a customer must know beyond that line. Markdown. */
    readonly description?: string;
    /** Refusals of this route's own, by status, beside those that follow from its form (`openapi/problems.ts`). */
    readonly problems?: Readonly<Record<number, string>>;
    /** Names of the headers that a 2xx answer brings. */
    readonly answerHeaders?: readonly string[];
    /** Part of a page, and no route of the API: it is not described. */
    readonly isAsset?: true;
  }
}

/** What a handler may answer where the answer is parsed to `T`: it needs no brands, and may be read-only. */
type Answerable<T> = T extends string & z.$brand<string>
  ? string
  : T extends object
    ? { readonly [Key in keyof T]: Answerable<T[Key]> }
    : T;

/** Tells the compiler what zod schemas in a route's `schema` make of requests and answers. */
interface ZodTypes extends FastifyTypeProvider {
  readonly validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown;
  readonly serializer: this['schema'] extends z.ZodType ? Answerable<z.output<this['schema']>> : unknown;
}

/** A server, or a scope of one, to which routes are added. */
export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypes
>;

/** An answer without a body, for a 204. */
export const NoContent = z.undefined();

/** Fastify's way to ask whether a part of a request fits its schema. */
export const zodValidator: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart }) =>
  (value: unknown) => {
    try {
      return judge(schema, httpPart, value);
    } catch (error) {
      // One that is thrown would count as our own fault.
      return { error: error as Error };
    }
  };

/**
 * Makes zod judge the requests of all routes that are added after it. A body or query that is wrong is a 422 that
 * names every field, a header a 400, and a path that cannot name anything a 404.
 */
export function withZodSchemas(app: FastifyInstance): Api {
  app.setValidatorCompiler<z.ZodType>(zodValidator);
  readJsonBodies(app);
  takeNothingUnnamed(app);
  // What is answered is held to its schema by the compiler and by tests, not again at each request.
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  return app.withTypeProvider<ZodTypes>();
}

const NoBody = z.strictObject({}).optional();
const NoQuery = z.strictObject({});

/**
 * Unknown fields are refused also by routes below /v1 that name none. What a route takes is told by its own schemas
 * alone, so none of this stands in the document.
 */
function takeNothingUnnamed(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (!route.url.startsWith('/v1/')) return;
    const mayHaveBody = ![route.method].flat().some((method) => method === 'GET' || method === 'HEAD');
    route.schema = { querystring: NoQuery, ...(mayHaveBody ? { body: NoBody } : {}), ...route.schema };
  });
}

/** Nothing at all is no JSON, but clients that name the type of every body send that where a route needs none. */
function readJsonBodies(app: FastifyInstance): void {
  const readJson = app.getDefaultJsonParser('error', 'error');
  // Fastify reads plain text too, as if it were an object that breaks its schema.
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, parsed) => {
    const { body } = request.routeOptions.schema ?? {};
    const isNeeded = body instanceof z.ZodType && !body.safeParse(undefined).success;
    if (text === '' && !isNeeded) parsed(null, undefined);
    else void readJson(request, String(text), parsed);
  });
}

function judge(schema: z.ZodType, httpPart: string | undefined, value: unknown): { value: unknown } | true {
  // Null is Fastify's word for an absent body.
  if (httpPart !== 'params' && httpPart !== 'headers') return { value: parse(schema, value ?? undefined) };
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    throw httpPart === 'params'
      ? notFound(schema.meta()?.title ?? 'thing')
      : new Problem(400, parsed.error.issues.map(({ message }) => message).join(' '));
  }
  return httpPart === 'params' ? { value: parsed.data } : true;
}
