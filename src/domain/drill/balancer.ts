import { isObject, type JsonObject, listOf, objectOf, textOf, textOrEmpty } from '../data/json.ts';
import { slug } from '../product.ts';

/**
 * A backend service of Compute Engine, as far as an exercise changes it: one of its serverless groups is taken out, and comes back. What has to
 * come back is written into its description by the same write, so that whoever reads the backend service can put it back.
 */
export interface Marker {
  run: string;
  /** Milliseconds since the epoch after which the run that wrote it is over, or dead. */
  until: number;
  /** The entry of `backends` that was taken out, and its place there. */
  backend: JsonObject;
  index: number;
}

/** One backend: a serverless group in a region. */
export interface GroupName {
  /** The group's whole URL. */
  url: string;
  region: string;
  name: string;
}

/** What a write changes. The rest of the backend service stays as it is. */
export interface BackendChange {
  backends: JsonObject[];
  /** Null takes it away. */
  description: string | null;
}

const lead = `${slug}-exercise `;
/** What Compute Engine takes for a description (compute v1). */
const mostDescription = 2048;

export const backendsOf = (service: JsonObject): JsonObject[] => listOf(service.backends).filter(isObject);

/** The regional group that a backend names. Undefined: it is of another kind. */
export function groupOf(backend: JsonObject): GroupName | undefined {
  const url = textOrEmpty(backend.group);
  const [, region, name] = /\/regions\/([a-z0-9-]+)\/networkEndpointGroups\/([a-z0-9-]+)$/.exec(url) ?? [];
  return region === undefined || name === undefined ? undefined : { url, region, name };
}

/** Does the group send requests to this Cloud Run service? A mask takes the service's name from the URL, which proves nothing. */
export function leadsTo(group: JsonObject, service: string): boolean {
  if (group.networkEndpointType !== 'SERVERLESS') return false;
  return objectOf(group.cloudRun).service === service && textOf(objectOf(group.cloudRun).tag) === undefined;
}

function markerIn(text: string): Marker | undefined {
  try {
    const { run, until, backend, index } = objectOf(JSON.parse(text));
    if (typeof run !== 'string' || typeof until !== 'number' || !Number.isInteger(index)) return undefined;
    if (!/^[\w-]{1,80}$/.test(run) || !isObject(backend) || !groupOf(backend)) return undefined;
    return { run, until, backend, index: index as number };
  } catch {
    return undefined;
  }
}

/** The description without the marker, and the marker. */
export function readMarker(service: JsonObject): { marker: Marker | undefined; description: string | null } {
  const text = textOf(service.description);
  if (text === undefined) return { marker: undefined, description: null };
  const at = text.lastIndexOf(lead);
  const [line = ''] = at < 0 ? [] : text.slice(at + lead.length).split('\n', 1);
  const marker = at < 0 ? undefined : markerIn(line);
  if (!marker) return { marker, description: text };
  // Before the marker is the description as it was, and a line break. What stands behind it somebody else has written meanwhile.
  const rest = text.slice(0, at).replace(/\n$/, '') + text.slice(at + lead.length + line.length);
  return { marker, description: at === 0 && rest === '' ? null : rest };
}

/** The change that takes one region's group out. A sentence says why it cannot be done. */
export function takeOut(
  service: JsonObject,
  { from, run, until }: { from: string; run: string; until: number },
): BackendChange | string {
  const all = backendsOf(service);
  const index = all.findIndex((backend) => groupOf(backend)?.region === from);
  const backend = all[index];
  if (backend === undefined) return `it has no group in ${from}`;
  const rest = all.filter((one) => one !== backend);
  if (rest.length === 0) return 'no group would be left';
  const text = textOf(service.description);
  const marker = lead + JSON.stringify({ run, until, backend, index } satisfies Marker);
  const description = text === undefined ? marker : `${text}\n${marker}`;
  if (description.length > mostDescription)
    return 'its description has no room for the note that puts it back';
  return { backends: rest, description };
}

/**
 * The change that undoes what the marker says, and nothing else: groups that came or went meanwhile stay as they are. Undefined: there is no
 * marker.
 */
export function putBack(service: JsonObject): BackendChange | undefined {
  const { marker, description } = readMarker(service);
  if (!marker) return undefined;
  const backends = backendsOf(service);
  if (!hasGroup(service, marker.backend)) backends.splice(marker.index, 0, marker.backend);
  return { backends, description };
}

export const hasGroup = (service: JsonObject, backend: JsonObject): boolean =>
  backendsOf(service).some(({ group }) => group === backend.group);

/** The backend service without what every write changes. */
export const comparable = (service: JsonObject): JsonObject => ({ ...service, fingerprint: undefined });

/** Puts a group back by hand. */
export function addCommand(project: string, name: string, backend: JsonObject): string[] {
  const group = groupOf(backend);
  return group === undefined
    ? []
    : [
        `gcloud compute backend-services add-backend ${name} --project=${project} --global --network-endpoint-group=${group.name} --network-endpoint-group-region=${group.region}`,
      ];
}
