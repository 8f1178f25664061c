import { revisionsOf } from '../../domain/data/revision-name.ts';

/** A count in NRQL, as far as a release can be judged by it: one number over one kind of data, without times and groups. */
export interface CountQuery {
  /** Such as `count(*)` or `filter(count(*), WHERE error IS TRUE)`. */
  count: string;
  /** The event type, or `Metric`. */
  from: string;
  /** The condition after WHERE. `$revision` and `$service` are filled in. Empty: none. */
  where: string;
  /** The attribute that equals `$revision`. Undefined if the query counts the whole service. */
  attribute: string | undefined;
}

const select = /^SELECT\s+(.+?)\s+FROM\s+([A-Za-z_][\w:]*)(?:\s+WHERE\s+(.+))?$/is;
const fromFirst = /^FROM\s+([A-Za-z_][\w:]*)\s+SELECT\s+(.+?)(?:\s+WHERE\s+((?:[^()]|\([^()]*\))+))?$/is;
const counts =
  /^(?:count\(\s*(?:\*|[\w.`]+)\s*\)|sum\(\s*[\w.`]+\s*\)|filter\(\s*(?:count|sum)\(\s*(?:\*|[\w.`]+)\s*\)\s*,\s*WHERE\s+.+\))$/is;
const clause =
  /\b(SINCE|UNTIL|TIMESERIES|FACET|LIMIT|OFFSET|COMPARE\s+WITH|EXTRAPOLATE|SLIDE\s+BY|ORDER\s+BY|WITH|JOIN|FROM|SELECT)\b/i;
const revisionIs = /(?:^|[\s(])([A-Za-z_][\w.]*|`[^`]+`)\s*=\s*'\$revision'/g;

const example = "SELECT count(apm.service.transaction.duration) FROM Metric WHERE appName = '$revision'";

/** Leaves the places of quoted texts, so that words inside them are no clauses. */
const unquoted = (text: string) =>
  text.replace(/'(?:[^'\\]|\\.)*'/g, (quoted) => `'${'x'.repeat(quoted.length - 2)}'`);

/** Reads a count. Returns a clause that completes "newrelic_total:" if it is none. */
export function parseCount(text: string): CountQuery | string {
  const query = text.trim().replace(/\s+/g, ' ');
  const bare = unquoted(query);
  const plain = select.exec(query);
  const turned = plain ? null : fromFirst.exec(query);
  const count = plain?.[1] ?? turned?.[2];
  const from = plain?.[2] ?? turned?.[1];
  const where = plain?.[3] ?? turned?.[3] ?? '';
  const more = clause.exec(bare.replace(/^(SELECT|FROM)\b/i, '').replace(/\b(FROM|SELECT)\b/i, ''))?.[0];
  if (more !== undefined)
    return `expected no ${more.toUpperCase()}: the watch adds times and groups itself. For example ${example}`;
  if (count === undefined || from === undefined) return `expected a count in NRQL, such as ${example}`;
  if (/\s+AS\s+/i.test(unquoted(count))) return `expected no name after AS. For example ${example}`;
  if (!counts.test(count.trim()))
    return `expected count(…), sum(…) or filter(count(*), WHERE …), because others are no numbers of requests. For example ${example}`;
  if ((bare.match(/'/g) ?? []).length % 2 !== 0) return 'expected each text to end with a quotation mark';
  const named = query.split('$revision').length - 1;
  const attributes = [...where.matchAll(revisionIs)].map(([, name]) => name as string);
  if (named !== attributes.length || attributes.length > 1)
    return "expected $revision once, as ATTRIBUTE = '$revision' after WHERE";
  const attribute = attributes[0];
  if (attribute !== undefined && /\bOR\b/i.test(unquoted(where).replace(/\([^()]*\)/g, '')))
    return 'expected the condition with $revision to be joined by AND; put what is joined by OR in parentheses';
  return { count: count.trim(), from, where: where.trim(), attribute };
}

const queryOf = ({ count, from }: CountQuery, where: string) =>
  `SELECT ${count} AS n FROM ${from}${where === '' ? '' : ` WHERE ${where}`}`;

const filled = (text: string, service: string) => text.replaceAll('$service', service);

/** The query for one revision. */
export const forRevision = (query: CountQuery, service: string, revision: string): string =>
  filled(queryOf(query, query.where.replaceAll('$revision', revision)), service);

/**
 * The query over all revisions of the service but these.
 * https://docs.newrelic.com/docs/nrql/nrql-syntax-clauses-functions/#rlike
 */
export function forAll(query: CountQuery, service: string, except: readonly string[] = []): string {
  const { attribute, where } = query;
  if (attribute === undefined) return filled(queryOf(query, where), service);
  const { longer } = revisionsOf('$service');
  const begins = where.replace(/=\s*'\$revision'/, "LIKE '$service-%'");
  const any = `${begins} AND ${attribute} NOT RLIKE r'^${longer}$'`;
  const names = except.map((name) => `'${name}'`).join(', ');
  return filled(
    queryOf(query, except.length > 0 ? `${any} AND ${attribute} NOT IN (${names})` : any),
    service,
  );
}

/** What is wrong with a pair of counts. */
export function pairProblem(total: CountQuery, bad: CountQuery): string | undefined {
  if ((total.attribute === undefined) !== (bad.attribute === undefined))
    return 'expected $revision in both counts or in none, because both must count the same requests';
  if (forAll(total, 's') === forAll(bad, 's')) return 'expected another count than that of all requests';
  return undefined;
}

/** Kinds of events of which an agent always keeps a part only, and why they cannot be counted. */
const partial: Record<string, string> = {
  Span: 'spans are sampled',
  TransactionError: 'an agent keeps at most 100 error events a minute',
  ErrorTrace: 'an agent keeps only some traces of errors',
  Log: 'an agent keeps only a part of the log if there is much of it',
};

/** Why this kind of data is no count of requests, as a clause. */
export function sampledProblem({ from }: CountQuery): string | undefined {
  const why = Object.entries(partial).find(([name]) => name.toLowerCase() === from.toLowerCase())?.[1];
  return why === undefined
    ? undefined
    : `${why}, so expected FROM Metric or FROM Transaction, such as ${example}`;
}

/** True if an agent keeps only so many of these a minute. Metrics are added up before they are sent. */
export const hasReservoir = ({ from }: CountQuery): boolean => from.toLowerCase() !== 'metric';

/** The part of a condition that names the application, because an agent's reservoir holds all requests of it. */
export function applicationOf({ where }: CountQuery): string {
  return where
    .split(/\s+AND\s+/i)
    .filter((part) => /^(appName|appId|entityGuid|`?entity\.guid`?)\s*=\s*('[^']*'|\d+)$/i.test(part.trim()))
    .map((part) => part.trim())
    .join(' AND ');
}
