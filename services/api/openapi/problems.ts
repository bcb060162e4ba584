/** Which refusals each route may answer: those that follow from its form, and those that it names itself. */
import type { FastifySchema } from 'fastify';
import { ProblemDetails } from '../../../schemas/problem.ts';
import { Problem } from '../problem.ts';
import { type Components, jsonSchemaOf } from './json-schema.ts';
import type { Response } from './openapi-types.ts';

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
  429: 'The API key makes too many requests. `Retry-After` says when to come back.',
  503: 'What answers this is away at the moment, or the API stops. Try again.',
} as const;

type FormStatus = keyof typeof FORM_PROBLEMS;

const EXAMPLES: Readonly<Record<number, Problem>> = {
  401: new Problem(401, 'Send an API key: "Authorization: Bearer <key>".'),
  422: new Problem(422, 'limit: expected a number from 1 to 250', [
    { path: 'limit', message: 'expected a number from 1 to 250' },
  ]),
};

/** `responses` of an OpenAPI operation, all of them `application/problem+json`. */
export function problemsOf(route: RouteForm, components: Components): Record<string, Response> {
  const told = { ...texts(formProblems(route)), ...route.schema.problems };
  const schema = jsonSchemaOf(ProblemDetails, 'output', components);
  return Object.fromEntries(
    Object.entries(told).map(([status, description]) => [
      status,
      {
        description,
        ...(status === '429'
          ? { headers: { 'Retry-After': { schema: { type: 'string' }, description: 'Seconds.' } } }
          : {}),
        content: {
          'application/problem+json': {
            schema,
            example: (EXAMPLES[Number(status)] ?? new Problem(Number(status), description)).toBody(),
          },
        },
      },
    ]),
  );
}

const texts = (statuses: readonly FormStatus[]): Record<number, string> =>
  Object.fromEntries(statuses.map((status) => [status, FORM_PROBLEMS[status]]));

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
    ...(schema.body !== undefined || schema.querystring !== undefined ? ([422] as const) : []),
    429,
    503,
  ];
}
