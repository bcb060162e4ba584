/** `/v1/event-types`: the catalogue, and the types that operators add to it. */
import { changeEventType } from '../../../domain/event-type/change.ts';
import { compileDataSchema } from '../../../infra/json-schema/data-schema.ts';
import type { EventTypeLog, FollowedEventTypes } from '../../../infra/kafka/event-type-log.ts';
import { EventTypeParams } from '../../../schemas/api.ts';
import { type EventTypeRecord, EventTypeSettings } from '../../../schemas/event-type-log.ts';
import { EventTypeView } from '../../../schemas/event-type-view.ts';
import { dataJsonSchema, EVENT_TYPES, type EventTypeDefinition } from '../../../schemas/event-types.ts';
import { EventType } from '../../../schemas/event.ts';
import { pageOf } from '../../../schemas/page.ts';
import { operatorOnly } from '../authenticate.ts';
import { invalidFields, notFound, Problem } from '../problem.ts';
import type { RecordAudit } from '../record-audit.ts';
import { type Api, NoContent } from '../zod-routes.ts';

export interface EventTypeRoutesDeps {
  readonly followedTypes: FollowedEventTypes;
  readonly eventTypeLog: EventTypeLog;
  readonly recordAudit: RecordAudit;
}

/** So that the catalogue stays one page. */
const MAX_ADDED_TYPES = 200;

export function eventTypeRoutes(app: Api, deps: EventTypeRoutesDeps): void {
  const { followedTypes: types, eventTypeLog, recordAudit } = deps;
  const find = (type: string) => {
    const added = types.added.get(type);
    if (added !== undefined) return addedView(added);
    const shipped = EVENT_TYPES.get(type);
    if (shipped === undefined) throw notFound('event type');
    return shippedView(type, shipped);
  };

  const list = {
    summary: 'List event types',
    description: 'All of them in one page: those that ship with the product, then those that were added.',
    response: { 200: pageOf(EventTypeView) },
  };
  app.get('/v1/event-types', { schema: list }, () => ({
    data: [...new Set([...EVENT_TYPES.keys(), ...[...types.added.keys()].sort()])].map(find),
    next_cursor: null,
  }));

  const get = {
    summary: 'Show an event type',
    params: EventTypeParams,
    response: { 200: EventTypeView },
  };
  app.get('/v1/event-types/:type', { schema: get }, (request) => find(request.params.type));

  const put = {
    summary: 'Add or change an event type',
    description:
      'Only for admins of the account `default`. Types that ship with the product cannot be changed.',
    params: EventTypeParams,
    body: EventTypeSettings,
    response: { 200: EventTypeView, 201: EventTypeView },
    problems: { 409: 'The type ships with the product, or there are too many added types.' },
  };
  app.put('/v1/event-types/:type', { schema: put, preValidation: forOperators }, async (request, reply) => {
    const { type } = request.params;
    if (!EventType.safeParse(type).success) {
      throw invalidFields([
        { path: 'type', message: 'expected words joined by dots, such as workflow.completed' },
      ]);
    }
    const settings = request.body;
    const known = types.added.get(type) ?? null;
    if (known === null) refuseNew(type, types.added.size);
    refuseUnusable(settings);
    const at = new Date().toISOString();
    const record = changeEventType(known, { type, settings, at, actor: request.caller.actor });
    if (record !== null) {
      const { version } = record;
      await recordAudit(request.caller, { type: 'EventTypeChanged', event_type: type, version });
      await eventTypeLog.put(record);
      // So that whoever reads next from this process reads what was just written.
      await types.tail.caughtUp();
    }
    return reply.status(known === null ? 201 : 200).send(find(type));
  });

  const remove = {
    summary: 'Take an added event type away',
    description: 'Only for admins of the account `default`.',
    params: EventTypeParams,
    response: { 204: NoContent },
    problems: { 409: 'The type ships with the product.' },
  };
  app.delete(
    '/v1/event-types/:type',
    { schema: remove, preValidation: forOperators },
    async (request, reply) => {
      const { type } = request.params;
      if (!types.added.has(type)) {
        if (EVENT_TYPES.has(type)) throw shippedType();
        throw notFound('event type');
      }
      await recordAudit(request.caller, { type: 'EventTypeRemoved', event_type: type });
      await eventTypeLog.remove(type);
      await types.tail.caughtUp();
      return reply.status(204).send();
    },
  );
}

/** The types are everybody's, so that only who runs the whole system may change them. */
const forOperators = operatorOnly('change event types');

function refuseNew(type: string, addedCount: number): void {
  if (EVENT_TYPES.has(type)) throw shippedType();
  if (addedCount >= MAX_ADDED_TYPES) {
    throw new Problem(409, `There are ${MAX_ADDED_TYPES} added types already. Delete one that is not used.`);
  }
}

const shippedType = (): Problem =>
  new Problem(409, 'This event type ships with the product and cannot be changed.');

/** A schema that cannot judge, or that its own example does not fit. */
function refuseUnusable({ schema, example }: EventTypeSettings): void {
  const compiled = compileDataSchema(schema);
  if (!compiled.ok) throw invalidFields([{ path: 'schema', message: compiled.reason }]);
  const judged = compiled.data.safeParse(example);
  if (judged.success) return;
  throw invalidFields(
    judged.error.issues.map(({ path, message }) => ({
      path: ['example', ...path.map(String)].join('.'),
      message: `${message} (by the schema)`,
    })),
  );
}

const shippedView = (type: string, definition: EventTypeDefinition) => ({
  type,
  description: definition.description,
  schema: dataJsonSchema(definition),
  example: definition.example,
  version: 1,
  deprecated: false,
});

const addedView = ({ type, description, schema, example, version, deprecated }: EventTypeRecord) => ({
  type,
  description,
  schema,
  example,
  version,
  deprecated,
});
