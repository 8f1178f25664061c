import { objectOf, textOf, textsOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Ask, Cloud } from './ports.ts';

/**
 * Reads the project's number, and makes sure before anything is made that the user has every permission on the project. Throws with the
 * missing ones.
 */
export async function permitted(
  cloud: Cloud,
  project: string,
  permissions: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const path = `v3/projects/${project}`;
  const read = await cloud.ask({ api: 'cloudresourcemanager', method: 'GET', path }, signal);
  const number = /^projects\/(\d+)$/.exec(textOf(read.body.name) ?? '')?.[1];
  if (read.status >= 400)
    throw new ReleaseError('permission-denied', {
      what: `The project ${project} cannot be read (${read.status}).`,
      fix: 'Run it as an owner of a project for tests.',
    });
  const test: Ask = {
    api: 'cloudresourcemanager',
    method: 'POST',
    path: `${path}:testIamPermissions`,
    body: { permissions: [...permissions] },
    repeatable: true,
  };
  const { status, body } = await cloud.ask(test, signal);
  // A permission that Google does not know fails the whole question. The probes then find out by themselves.
  if (status === 400) return number;
  if (status >= 400) {
    const { message } = objectOf(body.error);
    throw new ReleaseError('permission-denied', {
      what: `The permissions on ${project} cannot be tried (${status}${textOf(message) ? `: ${message}` : ''}).`,
    });
  }
  const held = new Set(textsOf(body.permissions));
  const missing = permissions.filter((permission) => !held.has(permission));
  if (missing.length > 0)
    throw new ReleaseError('permission-denied', {
      what: `Nothing was made, because you lack permissions on ${project}: ${missing.join(', ')}.`,
      fix: 'Run it as an owner of a project for tests. These roles are enough: roles/run.admin, roles/cloudfunctions.admin, roles/iam.serviceAccountAdmin, roles/logging.viewer, roles/storage.admin.',
    });
  return number;
}
