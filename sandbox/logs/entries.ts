import { invalidArgument } from '../core/errors.ts';
import { projectResource, requirePermission } from '../core/iam.ts';
import type { World } from '../core/state.ts';
import type { Call, Reply } from '../core/types.ts';
import { partial } from './fields.ts';
import { parseFilter } from './filter.ts';
import { nanos } from './filter-compare.ts';
import { countRead, logReads } from './read-quota.ts';
import { type LogEntry, visibleEntries } from './store.ts';

const known = new Set(['resourceNames', 'projectIds', 'filter', 'orderBy', 'pageSize', 'pageToken']);
const snake = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

function orderOf(text: unknown): 1 | -1 {
  const order = String(text ?? '')
    .trim()
    .toLowerCase();
  if (order === '' || order === 'timestamp' || order === 'timestamp asc') return 1;
  if (order === 'timestamp desc') return -1;
  throw invalidArgument(`order_by '${order}' is invalid: use "timestamp asc" or "timestamp desc".`);
}

interface Cursor {
  query: string;
  after: [time: string, insertId: string];
}

const encode = (cursor: Cursor) => Buffer.from(JSON.stringify(cursor)).toString('base64url');

function decode(token: unknown, query: string): Cursor | undefined {
  if (!token) return undefined;
  try {
    const cursor = JSON.parse(Buffer.from(String(token), 'base64url').toString()) as Cursor;
    if (cursor.query === query) return cursor;
  } catch {
    // The text is not one of our page tokens, so it is refused below.
  }
  throw invalidArgument(
    'page_token is not valid for this request: all other parameters must be those of the first page.',
  );
}

const key = (entry: LogEntry): [string, string] => [
  String(nanos(entry.timestamp)).padStart(20, '0'),
  entry.insertId,
];
const compare = (a: [string, string], b: [string, string]) =>
  a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0;

/** google.logging.v2 entries.list: returns the entries ingested by now, ordered by time, then by insertId. */
export function listEntries(world: World, call: Call): Reply {
  const body = Object.fromEntries(Object.entries(call.json()).map(([name, value]) => [snake(name), value]));
  const unknown = Object.keys(body).find((name) => !known.has(name));
  if (unknown)
    throw invalidArgument(`Invalid JSON payload received. Unknown name "${unknown}": Cannot find field.`);
  for (const name of ['filter', 'orderBy', 'pageToken'])
    if (body[name] !== undefined && typeof body[name] !== 'string')
      throw invalidArgument(`Invalid value at '${name}' (TYPE_STRING), ${JSON.stringify(body[name])}`);
  const names = (body.resourceNames ?? []) as string[];
  const here = [`projects/${world.project}`, `projects/${world.projectNumber}`];
  if (!Array.isArray(names) || names.length === 0)
    throw invalidArgument('resource_names must have at least one entry.');
  requirePermission(world, call.principal, 'logging.logEntries.list', projectResource(world));
  const foreign = names.find((name) => !here.some((own) => name === own || name.startsWith(`${own}/`)));
  if (foreign)
    requirePermission(
      world,
      undefined,
      'logging.logEntries.list',
      `//cloudresourcemanager.googleapis.com/${foreign}`,
    );
  const filter = parseFilter(String(body.filter ?? ''));
  const direction = orderOf(body.orderBy);
  const size = body.pageSize === undefined || body.pageSize === 0 ? 50 : Number(body.pageSize);
  if (!Number.isInteger(size) || size < 0) throw invalidArgument('page_size must not be negative.');
  countRead(world, logReads(world));
  const query = JSON.stringify([names, body.filter ?? '', direction]);
  const cursor = decode(body.pageToken, query);
  const found = visibleEntries(world)
    .filter((entry) => filter(entry as unknown as Record<string, unknown>))
    .map((entry) => ({ entry, key: key(entry) }))
    .filter((item) => !cursor || compare(item.key, cursor.after) * direction > 0)
    .sort((a, b) => compare(a.key, b.key) * direction);
  const page = found.slice(0, Math.min(size, 1000));
  const last = page.at(-1);
  const more = found.length > page.length && last;
  const answer = {
    ...(page.length ? { entries: page.map(({ entry }) => entry) } : {}),
    ...(more ? { nextPageToken: encode({ query, after: last.key }) } : {}),
  };
  return { status: 200, body: partial(call.query, answer) };
}
