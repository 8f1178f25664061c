import type { JsonObject } from '../../domain/data/json.ts';
import { shortName } from '../../domain/data/resource-name.ts';
import type { Reading } from '../../domain/exposure/facts.ts';
import { rolePath } from '../../domain/exposure/policy/roles.ts';
import type { Rest } from '../../http/rest.ts';
import type { ExposureSources } from '../../steps/ports/exposure.ts';
import { reading } from './reading.ts';
import { optionalFlag, requiredText, textsIn, UnexpectedShape } from './shape.ts';

/** A role without permissions is possible; an answer that does not name the role says nothing about it. */
function permissionsIn(body: JsonObject, role: string): readonly string[] {
  const name = requiredText(body, 'name');
  if (shortName(name) !== shortName(role))
    throw new UnexpectedShape(`The answer describes "${name.slice(0, 100)}" and not ${role}.`);
  const permissions = textsIn(body, 'includedPermissions');
  // A deleted role grants nothing, although bindings may still name it (roles.proto, Role.deleted).
  return optionalFlag(body, 'deleted') ? [] : permissions;
}

/** Reads the permissions of roles (iam.googleapis.com v1 roles.get), each role once. */
export function roles(rest: Rest): Pick<ExposureSources, 'role'> {
  const cache = new Map<string, Promise<Reading<readonly string[]>>>();

  async function read(role: string, signal?: AbortSignal): Promise<Reading<readonly string[]>> {
    const path = rolePath(role);
    if (path === undefined)
      return {
        ok: false,
        call: `GET iam/v1/${role.slice(0, 100)}`,
        cause: 'failed',
        detail: 'This is not the name of a role.',
      };
    return reading(rest, { api: 'iam', method: 'GET', path: `v1/${path}`, signal }, 'iam.roles.get', (body) =>
      permissionsIn(body, path),
    );
  }

  return {
    async role(role, signal) {
      const known = cache.get(role) ?? read(role, signal);
      cache.set(role, known);
      const answer = await known.catch((error: unknown) => {
        cache.delete(role);
        throw error;
      });
      if (!answer.ok) cache.delete(role);
      return answer;
    },
  };
}
