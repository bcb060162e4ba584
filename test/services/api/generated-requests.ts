/** Requests that an operation of the document allows, and such that it does not, for fast-check. */
import fc from 'fast-check';
import type { Content, Parameter } from '../../../services/api/openapi/openapi-types.ts';
import type { Misfit, NamedOperation } from './document-checks.ts';
import { type ValuesDeps, valuesOf, withThings } from './schema-values.ts';

/** A request, ready to be sent. */
export interface DrawnRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, or what is to pass for it. */
  readonly body: string | null;
}

export interface RequestsDeps extends ValuesDeps {
  /** Ids that there are, by the part of the path before them: `subscriptions` and so on. */
  readonly known: Readonly<Record<string, readonly string[]>>;
  readonly misfit: Misfit;
}

/** Requests in which all is as the document says. */
export function allowedRequests(operation: NamedOperation, deps: RequestsDeps): fc.Arbitrary<DrawnRequest> {
  const json = operation.requestBody?.content['application/json'];
  const bodies = json === undefined ? null : bodiesOf(json, deps).map((body) => JSON.stringify(body));
  return fc.record({
    path: pathsOf(operation, deps, fc.constant({})),
    headers: headersOf(operation, deps),
    body: bodies === null ? fc.constant(null) : bodies,
  });
}

/** Requests with a body or a query that the document does not allow; null for an operation that is open to all. */
export function forbiddenRequests(
  operation: NamedOperation,
  deps: RequestsDeps,
): fc.Arbitrary<DrawnRequest> | null {
  const json = operation.requestBody?.content['application/json'];
  if (!operation.path.startsWith('/v1/')) return null;
  const allowed = fc.constant({});
  const unknown = fc.constant({ unknown_parameter: '1' });
  const headers = headersOf(operation, deps);
  const withQuery = { path: pathsOf(operation, deps, unknown), headers, body: fc.constant(null) };
  if (operation.method === 'GET') return fc.record(withQuery);
  const wrongBodies =
    json === undefined ? fc.constant('{"unknown_field":1}') : wrongBodiesOf(operation, deps);
  return fc.oneof(
    fc.record(withQuery),
    fc.record({ path: pathsOf(operation, deps, allowed), headers, body: wrongBodies }),
  );
}

type Json = Content[string];

/** The example comes first as often as not: it alone is sure to be taken. */
const bodiesOf = ({ schema, example }: Json, deps: RequestsDeps): fc.Arbitrary<unknown> =>
  fc.oneof(fc.constant(withThings(example, deps.things)), valuesOf(schema, deps));

function wrongBodiesOf({ requestBody }: NamedOperation, deps: RequestsDeps): fc.Arbitrary<string> {
  const json = requestBody!.content['application/json']!;
  const right = bodiesOf(json, deps) as fc.Arbitrary<Record<string, unknown>>;
  const anything = fc.jsonValue({ maxDepth: 2 });
  const oneField = right.chain((body) =>
    fc.tuple(fc.constant(body), fc.constantFrom('unknown_field', ...Object.keys(body)), anything),
  );
  const wrong = fc
    .oneof(
      anything,
      oneField.map(([body, name, value]) => ({ ...body, [name]: value })),
      oneField.map(([{ ...body }, name]) => (delete body[name], body)),
    )
    // An absent body is sent as null, where a body may be absent.
    .filter((body) => deps.misfit(json.schema, body) !== null && (requestBody!.required || body !== null));
  return fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom('{', '{"a":1,}', '[1', '"') },
    { weight: 6, arbitrary: wrong.map((body) => JSON.stringify(body)) },
  );
}

function pathsOf(
  { path, parameters = [] }: NamedOperation,
  deps: RequestsDeps,
  more: fc.Arbitrary<Readonly<Record<string, string>>>,
): fc.Arbitrary<string> {
  const room = path.split('/')[2] ?? '';
  const inPath = parameters.filter((one) => one.in === 'path');
  const ids = Object.fromEntries(inPath.map((one) => [one.name, idsOf(one, deps.known[room] ?? [], deps)]));
  const query = parametersOf(parameters, 'query', deps);
  return fc.tuple(fc.record(ids), query, more).map(([drawn, given, added]) => {
    const text = new URLSearchParams({ ...given, ...added }).toString();
    const filled = path.replace(/\{(\w+)\}/g, (_whole, name: string) => drawn[name]!);
    return text === '' ? filled : `${filled}?${text}`;
  });
}

/** What stands for an id where a path cannot be decoded, or goes on for longer than any id. */
const UNREADABLE = ['%ff', '%', '%zz', 'a'.repeat(4_000)];

/** As they stand in a path, mostly ones that there are. A dot alone would be taken out of it before it is sent. */
const idsOf = ({ schema }: Parameter, known: readonly string[], deps: RequestsDeps): fc.Arbitrary<string> => {
  const ids = fc
    .oneof(
      ...(known.length === 0 ? [] : [{ weight: 8, arbitrary: fc.constantFrom(...known) }]),
      { weight: 2, arbitrary: valuesOf(schema, deps).map(String) },
      { weight: 2, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }) },
    )
    .filter((id) => id !== '' && !/^\.+$/.test(id));
  return fc.oneof(
    { weight: 12, arbitrary: ids.map((id) => encodeURIComponent(id)) },
    { weight: 1, arbitrary: fc.constantFrom(...UNREADABLE) },
  );
};

const headersOf = ({ parameters = [] }: NamedOperation, deps: RequestsDeps) =>
  parametersOf(parameters, 'header', deps).map((headers) =>
    Object.fromEntries(Object.entries(headers).filter(([, value]) => /^[\x20-\x7e]*$/.test(value))),
  );

function parametersOf(
  parameters: readonly Parameter[],
  kind: Parameter['in'],
  deps: RequestsDeps,
): fc.Arbitrary<Record<string, string>> {
  const some = parameters.filter((one) => one.in === kind);
  return fc.record(
    Object.fromEntries(some.map((one) => [one.name, valuesOf(one.schema, deps).map(String)])),
    { requiredKeys: some.filter((one) => one.required).map((one) => one.name) },
  );
}
