/** `/openapi.json`, and `/docs`: the same for people. Nothing of it comes from elsewhere. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { z } from 'zod';
import type { OpenApiDocument } from '../openapi/openapi-types.ts';
import type { Api } from '../zod-routes.ts';

/** Swagger UI writes styles into its elements, and has its icons in them. Scripts are files of ours alone. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Links are relative, so that the page works behind a prefix too. */
const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Webhooks API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<noscript>This page needs JavaScript. What it shows is in <a href="openapi.json">openapi.json</a>.</noscript>
<main id="docs"></main>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

const START = `SwaggerUIBundle({ url: 'openapi.json', dom_id: '#docs', deepLinking: true });\n`;

const SWAGGER_UI_FILES = { 'swagger-ui.css': 'text/css', 'swagger-ui-bundle.js': 'text/javascript' } as const;

/** `document` is asked for once, when somebody first wants to see it: all routes are there by then. */
export function documentRoutes(app: Api, document: () => OpenApiDocument): void {
  let made: OpenApiDocument | null = null;
  const openApi = {
    summary: 'Show this document',
    description: 'OpenAPI 3.1.',
    response: { 200: z.record(z.string(), z.unknown()).meta({ examples: [{ openapi: '3.1.0' }] }) },
  };
  app.get('/openapi.json', { schema: openApi }, () => ({ ...(made ??= document()) }));

  const docs = {
    summary: 'Show this document to a person',
    response: { 200: { content: { 'text/html': { schema: { type: 'string' } } } } },
  };
  app.get('/docs', { schema: docs }, (_request, reply) =>
    reply
      .header('content-security-policy', CONTENT_SECURITY_POLICY)
      .header('x-content-type-options', 'nosniff')
      .type('text/html; charset=utf-8')
      .send(PAGE),
  );

  const asset = { schema: { isAsset: true } } as const;
  app.get('/docs/start.js', asset, (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send(START),
  );
  const { resolve } = createRequire(import.meta.url);
  for (const [name, type] of Object.entries(SWAGGER_UI_FILES)) {
    app.get(`/docs/${name}`, asset, async (_request, reply) =>
      reply
        .type(`${type}; charset=utf-8`)
        .header('cache-control', 'public, max-age=86400')
        .send(await readFile(resolve(`swagger-ui-dist/${name}`))),
    );
  }
}
