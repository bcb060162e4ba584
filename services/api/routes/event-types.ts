/** `/v1/event-types`: the catalogue. */
import type { FastifyInstance } from 'fastify';
import { dataJsonSchema, EVENT_TYPES, type EventTypeDefinition } from '../../../schemas/event-types.ts';
import { notFound } from '../problem.ts';

export function eventTypeRoutes(app: FastifyInstance): void {
  app.get('/v1/event-types', () => ({
    data: [...EVENT_TYPES].map(([type, definition]) => view(type, definition)),
    next_cursor: null,
  }));

  app.get('/v1/event-types/:type', (request) => {
    const { type } = request.params as { type: string };
    const definition = EVENT_TYPES.get(type);
    if (definition === undefined) throw notFound('event type');
    return view(type, definition);
  });
}

const view = (type: string, definition: EventTypeDefinition) => ({
  type,
  description: definition.description,
  schema: dataJsonSchema(definition),
  example: definition.example,
});
