import { objectOf, textOf } from '../../domain/data/json.ts';
import { absent, type Observed } from '../../domain/setup/observed.ts';
import type { Rest } from '../../http/rest.ts';
import { observe } from './read.ts';
import { type Writer, write } from './write.ts';

/** Service Usage v1 (cloud.google.com/service-usage/docs/reference/rest/v1/services). */

const base = (project: string) => `v1/projects/${encodeURIComponent(project)}/services`;

export function observeApi(
  rest: Rest,
  project: string,
  service: string,
  signal?: AbortSignal,
): Promise<Observed> {
  const call = { api: 'serviceusage', method: 'GET', path: `${base(project)}/${service}`, signal } as const;
  return observe(rest, call, 'serviceusage.services.get', (body) =>
    body.state === 'ENABLED' ? { state: 'present', ours: true, fields: { state: 'on' } } : absent,
  );
}

/** Switches services on, at most twenty in one call. */
export async function enableApis(
  writer: Writer,
  project: string,
  services: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  for (let at = 0; at < services.length; at += 20) {
    const body = { serviceIds: services.slice(at, at + 20) };
    const call = { api: 'serviceusage', method: 'POST', path: `${base(project)}:batchEnable`, body } as const;
    await write(writer, { ...call, retry: 'repeatable-write', signal }, 'v1');
  }
}

/** The number of a project is in the names of its services, also if Resource Manager is off. */
export async function projectNumber(
  rest: Rest,
  project: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const path = `${base(project)}/serviceusage.googleapis.com`;
  const { body } = await rest.call<unknown>({ api: 'serviceusage', method: 'GET', path, signal });
  return /^projects\/(\d+)(?:\/|$)/.exec(
    textOf(objectOf(body).parent) ?? textOf(objectOf(body).name) ?? '',
  )?.[1];
}
