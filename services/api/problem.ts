/** Errors as the API answers them: RFC 9457 problem details, with a path for each field that is wrong. */
import type { z } from 'zod';
import type { FieldError, ProblemDetails as ProblemSchema } from '../../schemas/problem.ts';

export type { FieldError };

/** The body of an error, `application/problem+json`. */
export type ProblemDetails = Readonly<z.infer<typeof ProblemSchema>>;

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  499: 'Client Closed Request',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Thrown by routes; the server turns it into an answer. `detail` is read by customers. */
export class Problem extends Error {
  readonly status: number;
  readonly errors: readonly FieldError[];
  constructor(status: number, detail: string, errors: readonly FieldError[] = []) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.errors = errors;
  }

  toBody(): ProblemDetails {
    return {
      type: 'about:blank',
      title: TITLES[this.status] ?? 'Error',
      status: this.status,
      detail: this.message,
      ...(this.errors.length === 0 ? {} : { errors: this.errors }),
    };
  }
}

/** What another account's things and those that never were have in common. */
export const notFound = (what: string): Problem => new Problem(404, `There is no such ${what}.`);

/** A body or query whose fields are wrong. */
export const invalidFields = (errors: readonly FieldError[]): Problem => {
  const [first, ...others] = errors;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  const where = first === undefined || first.path === '' ? '' : `${first.path}: `;
  return new Problem(422, `${where}${first?.message ?? 'The request is not valid.'}${more}`, errors);
};
