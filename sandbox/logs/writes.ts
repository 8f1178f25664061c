import { randomBytes } from 'node:crypto';
import { invalidArgument, notFound } from '../core/errors.ts';
import { canonical, projectResource, requirePermission } from '../core/iam.ts';
import { page } from '../core/page.ts';
import type { World } from '../core/state.ts';
import type { Call, Reply, Route } from '../core/types.ts';
import { type LogEntry, logStore, micros, visibleEntries, writeEntry } from './store.ts';

type Json = Record<string, unknown>;

const writeFields = new Set(['logName', 'resource', 'labels', 'entries', 'partialSuccess', 'dryRun']);
const entryFields = new Set(
  (
    'logName resource timestamp receiveTimestamp severity insertId httpRequest labels operation trace spanId ' +
    'traceSampled sourceLocation split textPayload jsonPayload protoPayload metadata errorGroups'
  ).split(' '),
);
const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

function fieldsOf(value: unknown, known: ReadonlySet<string>): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidArgument('Invalid JSON payload received. An entry must be a message.');
  const fields = Object.fromEntries(Object.entries(value).map(([name, content]) => [camel(name), content]));
  const strange = Object.keys(fields).find((name) => !known.has(name));
  if (strange)
    throw invalidArgument(`Invalid JSON payload received. Unknown name "${strange}": Cannot find field.`);
  return fields;
}

/** Refuses a log of another project, and a name without `projects/P/logs/LOG` in it. */
function ownLog(world: World, name: unknown): string {
  const match = /^(projects\/[^/]+)\/logs\/([^/]+)$/.exec(String(name ?? ''));
  if (!match)
    throw invalidArgument(`The log name '${String(name ?? '')}' must be projects/PROJECT/logs/LOG.`);
  const own = canonical(world, `/${match[1]}`).slice(1);
  if (own !== `projects/${world.project}`)
    requirePermission(
      world,
      undefined,
      'logging.logEntries.create',
      `//cloudresourcemanager.googleapis.com/${own}`,
    );
  return `${own}/logs/${match[2]}`;
}

/** google.logging.v2 entries.write: all entries are checked before one is written. */
function write(world: World, call: Call): Reply {
  const body = fieldsOf(call.json(), writeFields);
  const entries = body.entries;
  if (!Array.isArray(entries) || entries.length === 0)
    throw invalidArgument('The request must have at least one entry.');
  const made = entries.map((each): Omit<LogEntry, 'receiveTimestamp'> => {
    const { receiveTimestamp: _, ...fields } = fieldsOf(each, entryFields);
    const payloads = ['textPayload', 'jsonPayload', 'protoPayload'].filter(
      (name) => fields[name] !== undefined,
    );
    if (payloads.length > 1) throw invalidArgument('A log entry can have one payload only.');
    const resource = (fields.resource ?? body.resource) as LogEntry['resource'] | undefined;
    if (!resource?.type) throw invalidArgument('A log entry must have a resource with a type.');
    return {
      ...fields,
      insertId: String(fields.insertId ?? randomBytes(9).toString('base64url')),
      logName: ownLog(world, fields.logName ?? body.logName),
      timestamp: String(fields.timestamp ?? micros(world.now())),
      resource: { type: resource.type, labels: { project_id: world.project, ...resource.labels } },
      ...(body.labels || fields.labels
        ? {
            labels: {
              ...(body.labels as Record<string, string>),
              ...(fields.labels as Record<string, string>),
            },
          }
        : {}),
    };
  });
  requirePermission(world, call.principal, 'logging.logEntries.create', projectResource(world));
  if (body.dryRun !== true) for (const entry of made) writeEntry(world, entry);
  return { status: 200, body: {} };
}

const EVERY_DAY = 30;

/** What `PATCH /settings {sinks}` has changed, by the name of the sink: `exclusions` and `disabled`. */
export const sinkChanges = (world: World): Map<string, Json> => world.extension('sinks', () => new Map());

/** The two buckets and the two sinks that every project has (cloud.google.com/logging/docs/routing/overview). */
const defaults = (world: World): { buckets: Json[]; sinks: Json[] } => ({
  buckets: ['_Default', '_Required'].map((id) => ({
    name: `projects/${world.project}/locations/global/buckets/${id}`,
    retentionDays: id === '_Default' ? EVERY_DAY : 400,
    lifecycleState: 'ACTIVE',
    ...(id === '_Required' ? { locked: true } : {}),
  })),
  sinks: ['_Default', '_Required'].map((id) => ({
    name: id,
    destination: `logging.googleapis.com/projects/${world.project}/locations/global/buckets/${id}`,
    filter:
      id === '_Required'
        ? 'LOG_ID("cloudaudit.googleapis.com/activity")'
        : 'NOT LOG_ID("cloudaudit.googleapis.com/activity")',
    resourceName: `projects/${world.project}/sinks/${id}`,
    ...sinkChanges(world).get(id),
  })),
});

/** What clients of Cloud Logging do besides reading entries: write some, list and delete logs, list buckets and sinks. */
export function writeRoutes(world: World): Route[] {
  const may = (call: Call, project: string | undefined, permission: string) =>
    requirePermission(
      world,
      call.principal,
      permission,
      canonical(world, `//cloudresourcemanager.googleapis.com/projects/${project}`),
    );
  const paged = (call: Call, name: string, items: unknown[]): Reply => {
    const { items: shown, nextPageToken } = page(items, call, 1000);
    return {
      status: 200,
      body: { ...(shown.length ? { [name]: shown } : {}), ...(nextPageToken ? { nextPageToken } : {}) },
    };
  };
  const base = '/v2/projects/:project';
  return [
    { method: 'POST', pattern: '/v2/entries:write', handle: (call) => write(world, call) },
    {
      method: 'GET',
      pattern: `${base}/logs`,
      handle: (call, { project }) => {
        may(call, project, 'logging.logs.list');
        return paged(
          call,
          'logNames',
          [...new Set(visibleEntries(world).map(({ logName }) => logName))].sort(),
        );
      },
    },
    {
      method: 'DELETE',
      pattern: `${base}/logs/:log`,
      handle: (call, { project, log }) => {
        may(call, project, 'logging.logs.delete');
        const name = `projects/${world.project}/logs/${encodeURIComponent(log ?? '')}`;
        const store = logStore(world);
        const kept = store.entries.filter(({ entry }) => entry.logName !== name);
        if (kept.length === store.entries.length) throw notFound(`Log ${log} does not exist.`);
        store.entries = kept;
        return { status: 200, body: {} };
      },
    },
    {
      method: 'GET',
      pattern: `${base}/locations/:location/buckets`,
      handle: (call, { project, location = '' }) => {
        may(call, project, 'logging.buckets.list');
        return paged(call, 'buckets', ['-', 'global'].includes(location) ? defaults(world).buckets : []);
      },
    },
    {
      method: 'GET',
      pattern: `${base}/sinks`,
      handle: (call, { project }) => {
        may(call, project, 'logging.sinks.list');
        return paged(call, 'sinks', defaults(world).sinks);
      },
    },
    {
      method: 'GET',
      pattern: `${base}/sinks/:sink`,
      handle: (call, { project, sink }) => {
        may(call, project, 'logging.sinks.get');
        const found = defaults(world).sinks.find(({ name }) => name === sink);
        if (!found) throw notFound(`Sink ${sink} does not exist`);
        return { status: 200, body: found };
      },
    },
    {
      method: 'GET',
      pattern: `${base}/locations`,
      handle: (call, { project }) => {
        may(call, project, 'logging.locations.list');
        const locationId = 'global';
        return paged(call, 'locations', [
          { name: `projects/${world.project}/locations/${locationId}`, locationId },
        ]);
      },
    },
  ];
}
