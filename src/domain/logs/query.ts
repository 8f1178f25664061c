import { textFields } from './entry.ts';

/** Filters of Cloud Logging for the entries that explain a failure. */

export interface LogPlace {
  project: string;
  region: string;
  service: string;
  /** Undefined: every revision of the service. */
  revision?: string | undefined;
}

const label = /^[a-z][a-z0-9-]{0,80}$/;
const quoted = (text: string) => `"${text}"`;
const iso = (milliseconds: number) => new Date(milliseconds).toISOString();

/** Names come from inputs and from answers, so each is checked before it becomes part of a filter. */
export const isPlace = ({ project, region, service, revision }: LogPlace): boolean =>
  /^[a-z0-9][a-z0-9.:-]{0,80}$/.test(project) &&
  [region, service, ...(revision === undefined ? [] : [revision])].every((name) => label.test(name));

const ofService = ({ region, service }: LogPlace): string[] => [
  'resource.type="cloud_run_revision"',
  `resource.labels.location=${quoted(region)}`,
  `resource.labels.service_name=${quoted(service)}`,
];

const logs = (project: string, names: readonly string[]) =>
  `logName=(${names.map((name) => quoted(`projects/${project}/logs/run.googleapis.com%2F${name}`)).join(' OR ')})`;

/** Words that a line on standard output has if it is part of a stack trace or says that something failed. */
const telling =
  '(Error|Exception|Traceback|panic:|fatal|FATAL|goroutine |^\\s+at |^\\s+File |Cannot find|not set|denied)';

/**
 * The entries of this revision and window that may explain a failure.
 * @param slowMs also asks for requests that took longer than this
 */
export function reasonFilter(place: LogPlace, since: number, until: number, slowMs?: number): string {
  const { project, revision } = place;
  const slow = slowMs === undefined ? '' : ` OR httpRequest.latency>="${slowMs / 1000}s"`;
  return [
    ...ofService(place),
    logs(project, ['stderr', 'stdout', 'requests', 'varlog%2Fsystem']),
    // Without a free instance a request may name no revision.
    ...(revision === undefined
      ? []
      : [`(resource.labels.revision_name=${quoted(revision)} OR httpRequest.status=429)`]),
    `timestamp>=${quoted(iso(since))}`,
    `timestamp<=${quoted(iso(until))}`,
    // A request with a 4xx is a warning too. Strangers make thousands of them, and none says why something failed.
    `((severity>=WARNING AND NOT logName=${quoted(`projects/${project}/logs/run.googleapis.com%2Frequests`)}) OR httpRequest.status=429 OR logName=${quoted(`projects/${project}/logs/run.googleapis.com%2Fstderr`)} OR logName=${quoted(`projects/${project}/logs/run.googleapis.com%2Fvarlog%2Fsystem`)} OR httpRequest.status>=500 OR textPayload=~${quoted(telling.replaceAll('\\', '\\\\'))}${slow})`,
  ].join(' AND ');
}

/** Entries of other revisions that name one of these types of exceptions. */
export function earlierFilter(
  { project, region, service, revision }: LogPlace,
  types: readonly string[],
  since: number,
  until: number,
): string {
  const any = types.map((type) => quoted(type)).join(' OR ');
  return [
    ...ofService({ project, region, service }),
    logs(project, ['stderr', 'stdout']),
    ...(revision === undefined ? [] : [`NOT resource.labels.revision_name=${quoted(revision)}`]),
    `timestamp>=${quoted(iso(since))}`,
    `timestamp<=${quoted(iso(until))}`,
    `(${textFields.map((field) => `${field}:(${any})`).join(' OR ')})`,
  ].join(' AND ');
}

/**
 * The page of the console that shows what a revision wrote. The filter of a first-generation function
 * (`resource.type="cloud_function"`) would show nothing.
 */
export function logsPage(project: string, conditions: readonly string[]): string {
  const encoded = encodeURIComponent(conditions.join('\n')).replace(
    /[()!'*]/g,
    (char) => `%${char.charCodeAt(0).toString(16)}`,
  );
  return `https://console.cloud.google.com/logs/query;query=${encoded}?project=${encodeURIComponent(project)}`;
}

/** The same entries for a person, without the conditions that only save reading. */
export const reasonPage = (place: LogPlace, since: number, until: number): string =>
  logsPage(place.project, [
    ...ofService(place),
    ...(place.revision === undefined ? [] : [`resource.labels.revision_name=${quoted(place.revision)}`]),
    `timestamp>=${quoted(iso(since))}`,
    `timestamp<=${quoted(iso(until))}`,
  ]);
