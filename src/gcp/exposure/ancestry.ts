import { type Json, objectOf } from '../../domain/data/json.ts';
import type { Ancestor } from '../../domain/exposure/facts.ts';
import type { Rest } from '../../http/rest.ts';
import type { ExposureSources } from '../../steps/ports/exposure.ts';
import { reading } from './reading.ts';

function ancestorOf(value: Json): Ancestor[] {
  const { type, id } = objectOf(objectOf(value).resourceId);
  if ((type !== 'folder' && type !== 'organization') || typeof id !== 'string' || !/^\d+$/.test(id))
    return [];
  return [{ type, id }];
}

/** Reads the folders and the organisation above a project. Resource Manager v1, because v3 needs a call for each level. */
export function ancestry(rest: Rest): Pick<ExposureSources, 'ancestry' | 'projectNumber'> {
  return {
    ancestry: (project, signal) =>
      reading(
        rest,
        {
          api: 'cloudresourcemanager',
          method: 'POST',
          path: `v1/projects/${encodeURIComponent(project)}:getAncestry`,
          body: {},
          retry: 'read',
          signal,
        },
        'resourcemanager.projects.get',
        (body) => (Array.isArray(body.ancestor) ? body.ancestor.flatMap(ancestorOf) : []),
      ),
    projectNumber: (project, signal) =>
      reading(
        rest,
        {
          api: 'cloudresourcemanager',
          method: 'GET',
          path: `v1/projects/${encodeURIComponent(project)}`,
          signal,
        },
        'resourcemanager.projects.get',
        (body) => String(body.projectNumber ?? ''),
      ),
  };
}
