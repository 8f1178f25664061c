import { type Located, parseName } from './resource-name.ts';
import { projectFlag, quoted } from './shell.ts';

/**
 * Commands about functions, their services and revisions, to paste into a shell. Each names its project, because the shell
 * of a reader has another one, and changes one thing only.
 */

const at = ({ project, region }: Pick<Located, 'project' | 'region'>): string =>
  `${projectFlag(project)} --region=${quoted(region)}`;

export const listFunctions = (project: string): string => `gcloud functions list ${projectFlag(project)}`;
export const listServices = (project: string): string => `gcloud run services list ${projectFlag(project)}`;

export const describeFunction = (place: Located): string =>
  `gcloud functions describe ${quoted(place.name)} --gen2 ${at(place)}`;
/** Takes a function from the Functions API for good. Its service goes on to serve, as one of Cloud Run. */
export const detachFunction = (place: Located): string =>
  `gcloud functions detach ${quoted(place.name)} ${at(place)}`;
export const readServiceLog = (place: Located): string =>
  `gcloud run services logs read ${quoted(place.name)} ${at(place)} --limit=50`;
/** The first step of an upgrade in place. It makes a copy of the second generation, and the old function goes on to serve. */
export const upgradeFunction = (place: Located): string =>
  `gcloud alpha functions upgrade ${quoted(place.name)} ${at(place)} --setup-config`;
export const listRuntimes = (place: Pick<Located, 'project' | 'region'>): string =>
  `gcloud functions runtimes list ${at(place)}`;
export const readBuildLog = (build: string, place: Pick<Located, 'project' | 'region'>): string =>
  `gcloud builds log ${quoted(build)} ${at(place)}`;

/** Place and short name of a service. A short name alone has neither project nor region. */
const located = (service: string): Located => {
  const { project = 'PROJECT', region = 'REGION', name } = parseName(service);
  return { project, region, name };
};

export const listRevisions = (service: string): string => {
  const place = located(service);
  return `gcloud run revisions list --service=${quoted(place.name)} ${at(place)}`;
};

/**
 * Changes the traffic of a service.
 * @param service whole name of the service
 * @param change `{all}` gives one revision everything, `latest` follows the latest revision from now on, `{tag, to}` adds
 * a tag and keeps the others
 */
export function updateTraffic(
  service: string,
  change: { all: string } | 'latest' | { tag: string; to: string },
): string {
  const place = located(service);
  const flag =
    change === 'latest'
      ? '--to-latest'
      : 'all' in change
        ? `--to-revisions=${quoted(change.all)}=100`
        : `--update-tags=${quoted(`${change.tag}=${change.to}`)}`;
  return `gcloud run services update-traffic ${quoted(place.name)} ${at(place)} ${flag}`;
}

/**
 * Changes exactly the named fields of a resource, for what gcloud cannot change alone: its own command would also make a
 * revision, upload a folder, or need a version of gcloud that is not out yet.
 */
export const patchFields = (address: string, fields: readonly string[], body: unknown): string =>
  `curl --fail-with-body --silent --show-error --request PATCH --header "Authorization: Bearer $(gcloud auth print-access-token)" --header "Content-Type: application/json" --data ${quoted(JSON.stringify(body))} "https://${address}?updateMask=${fields.join(',')}"`;
