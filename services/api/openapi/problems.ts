/** Which refusals each route may answer: those that follow from its form, and those that it names itself. */
import type { FastifySchema } from 'fastify';
import { ProblemDetails } from '../../../schemas/problem.ts';
import { Problem } from '../problem.ts';
import { type Components, jsonSchemaOf } from './json-schema.ts';
import type { Header, Reference, Response } from './openapi-types.ts';

/** What is looked at to tell. `path` as it was registered: `/v1/subscriptions/:id`. */
export interface RouteForm {
  readonly method: string;
  readonly path: string;
  readonly schema: FastifySchema;
}

/** By status: when it is answered, with an example. */
const FORM_PROBLEMS = {
  400: 'What was sent cannot be read: the path, a header, or a body that is no JSON.',
  401: 'There is no API key, or it is not known, or it was revoked.',
  403: 'The API key lacks the scope that this needs.',
  404: 'There is no such thing, or it belongs to another account.',
  413: 'The body is too large.',
  415: 'The body is of another media type than JSON.',
  422: 'Fields are wrong: `errors` names each of them.',
  429: 'The API key makes too many requests, or too many ask this at once. `Retry-After` says when to come back.',
  503: 'What answers this is away at the moment, or the API stops. `Retry-After` says when to come back.',
} as const;

type FormStatus = keyof typeof FORM_PROBLEMS;

const EXAMPLES: Readonly<Record<number, Problem>> = {
  401: new Problem(401, 'Send an API key: "Authorization: Bearer <key>".'),
  422: new Problem(422, 'limit: expected a number from 1 to 250', [
    { path: 'limit', message: 'expected a number from 1 to 250' },
  ]),
};

const RETRY_AFTER: Header = { schema: { type: 'string' }, description: 'Seconds.' };

/** Those that follow from routes' forms, for `#/components/responses`, by their statuses. */
export const sharedProblems = (components: Components): Record<string, Response> =>
  Object.fromEntries(
    Object.entries(FORM_PROBLEMS).map(([status, description]) => [
      status,
      problemResponse(Number(status), description, components),
    ]),
  );

/** What an operation answers beside its own answers: shared problems by reference, its own as they are. */
export function problemsOf(route: RouteForm, components: Components): Record<string, Response | Reference> {
  const shared = formProblems(route).map((status) => [status, { $ref: `#/components/responses/${status}` }]);
  const own = Object.entries(route.schema.problems ?? {}).map(([status, description]) => [
    status,
    problemResponse(Number(status), description, components),
  ]);
  return Object.fromEntries([...shared, ...own]) as Record<string, Response | Reference>;
}

const problemResponse = (status: number, description: string, components: Components): Response => ({
  description,
  ...(status === 429 || status === 503 ? { headers: { 'Retry-After': RETRY_AFTER } } : {}),
  content: {
    'application/problem+json': {
      schema: jsonSchemaOf(ProblemDetails, 'output', components),
      example: (EXAMPLES[status] ?? new Problem(status, description)).toBody(),
    },
  },
});

function formProblems({ method, path, schema }: RouteForm): readonly FormStatus[] {
  if (!path.startsWith('/v1/')) return [];
  const mayHaveBody = method !== 'GET';
  const hasParams = path.includes(':');
  return [
    ...(mayHaveBody || hasParams || schema.headers !== undefined ? ([400] as const) : []),
    401,
    403,
    ...(hasParams ? ([404] as const) : []),
    ...(mayHaveBody ? ([413, 415] as const) : []),
    422,
    429,
    503,
  ];
}
