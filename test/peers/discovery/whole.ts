/**
 * Reads Google's discovery documents, which google-api-python-client brings, and keeps what they say about the routes of
 * the sandbox in facts.json: `npm run peers -- discovery --write`. Without `--write` it compares.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWorld } from '../../../sandbox/core/state.ts';
import { apisOf } from '../../../sandbox/index.ts';
import {
  documented,
  exceptions,
  type Facts,
  type Fields,
  facts,
  factsFile,
  keyOf,
  routesOf,
} from './facts.ts';

interface Schema {
  $ref?: string;
  type?: string;
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
}
interface Resource {
  methods?: Record<string, { httpMethod: string; path: string; flatPath?: string; response?: Schema }>;
  resources?: Record<string, Resource>;
}
interface Document extends Resource {
  version: string;
  revision: string;
  servicePath: string;
  schemas: Record<string, Schema>;
}

const folder = join(tmpdir(), 'bs-peer-discovery');

function install(): string | undefined {
  mkdirSync(folder, { recursive: true });
  const find = () =>
    spawnSync('find', [folder, '-path', '*discovery_cache/documents'], { encoding: 'utf8' }).stdout.trim();
  if (!find()) {
    if (spawnSync('python3', ['-m', 'venv', '.'], { cwd: folder }).status !== 0) return undefined;
    spawnSync('bin/pip', ['install', '-q', 'google-api-python-client'], { cwd: folder, timeout: 600_000 });
  }
  return find() || undefined;
}

function typeOf(schema: Schema, prefix: string): string {
  if (schema.$ref) return `$${prefix}${schema.$ref}`;
  if (schema.items) return `[]${typeOf(schema.items, prefix)}`;
  if (schema.additionalProperties) return `{}${typeOf(schema.additionalProperties, prefix)}`;
  return schema.type === 'any' || (schema.type === 'object' && !schema.properties)
    ? '*'
    : (schema.type ?? '*');
}

function collect(documents: string): Facts {
  const all: Facts = { source: '', methods: {}, schemas: {} };
  const known = new Map<string, Schema>();
  const world = createWorld({ folder: tmpdir() });
  const routes = routesOf(apisOf(world));
  const revisions: string[] = [];
  for (const api of new Set(routes.map(({ api: name }) => name)))
    for (const file of readdirSync(documents).filter((name) =>
      new RegExp(`^${api}\\.v\\d+\\.json$`).test(name),
    )) {
      const document = JSON.parse(readFileSync(join(documents, file), 'utf8')) as Document;
      const prefix = `${api} ${document.version} `;
      revisions.push(`${api} ${document.version} ${document.revision}`);
      for (const [name, schema] of Object.entries(document.schemas)) known.set(`${prefix}${name}`, schema);
      const visit = (resource: Resource): void => {
        for (const method of Object.values(resource.methods ?? {})) {
          const key = keyOf(
            api,
            method.httpMethod,
            `${document.servicePath}${method.flatPath ?? method.path}`,
          );
          all.methods[key] = method.response ? typeOf(method.response, prefix) : '*';
        }
        for (const inner of Object.values(resource.resources ?? {})) visit(inner);
      };
      visit(document);
    }
  const used = new Set(
    routes.flatMap(({ api, method, pattern }) => documented(all, api, method, pattern) ?? []),
  );
  all.methods = Object.fromEntries(
    Object.entries(all.methods)
      .filter(([key]) => used.has(key))
      .sort(),
  );
  const reach = (type: string): void => {
    const name = /\$(.*)$/.exec(type)?.[1];
    const schema = name === undefined ? undefined : known.get(name);
    if (!name || !schema || all.schemas[name]) return;
    const prefix = name.slice(0, name.lastIndexOf(' ') + 1);
    const fields: Fields = {};
    for (const [field, inner] of Object.entries(schema.properties ?? {}))
      fields[field] = typeOf(inner, prefix);
    all.schemas[name] = fields;
    Object.values(fields).forEach(reach);
  };
  Object.values(all.methods).forEach(reach);
  all.schemas = Object.fromEntries(Object.entries(all.schemas).sort());
  all.source = `Google's discovery documents, by npm run peers -- discovery --write: ${revisions.sort().join(', ')}`;
  const missing = routes.filter(
    ({ api, method, pattern }) =>
      !documented(all, api, method, pattern) && !exceptions[`${api} ${method} ${pattern}`],
  );
  console.log(`${routes.length} routes, ${routes.length - missing.length} documented or excused.`);
  for (const { api, method, pattern } of missing)
    console.log(`  not documented: ${api} ${method} ${pattern}`);
  if (missing.length > 0) process.exitCode = 1;
  return all;
}

const documents = install();
if (!documents) console.log('Skipped: google-api-python-client cannot be installed here.');
else {
  const now = collect(documents);
  const text = `${JSON.stringify(now, null, 1)}\n`;
  if (process.argv.includes('--write')) writeFileSync(factsFile, text);
  else if (existsSync(factsFile)) {
    const before = facts();
    const gone = Object.keys(before.methods).filter((key) => !(key in now.methods));
    for (const key of gone) console.log(`  gone from Google's documents: ${key}`);
    if (gone.length > 0) process.exitCode = 1;
  }
  console.log(`${Object.keys(now.methods).length} methods, ${Object.keys(now.schemas).length} schemas.`);
}
