import type { JsonObject } from '../../domain/data/json.ts';
import type { Ancestor } from '../../domain/exposure/facts.ts';
import type { Rest } from '../../http/rest.ts';
import type { ExposureSources } from '../../steps/ports/exposure.ts';
import { reading } from './reading.ts';
import { objectsIn, optionalObject, requiredText, UnexpectedShape } from './shape.ts';

/**
 * The answer begins with the project itself, and folders exist only below an organisation (cloud.google.com/resource-manager
 * "Resource hierarchy"). A list without these ends is not the whole list, so a level would be left out of the proof.
 */
function ancestorsIn(body: JsonObject): Ancestor[] {
  const [self, ...above] = objectsIn(body, 'ancestor').map((entry): Ancestor => {
    const resource = optionalObject(entry, 'resourceId');
    const [type, id] = [requiredText(resource, 'type'), requiredText(resource, 'id')];
    if (type === 'project') return { type, id };
    if ((type !== 'folder' && type !== 'organization') || !/^\d+$/.test(id))
      throw new UnexpectedShape(
        `"${type.slice(0, 40)}/${id.slice(0, 40)}" is not a folder or an organisation.`,
      );
    return { type, id };
  });
  if (self?.type !== 'project' || above.some(({ type }) => type === 'project'))
    throw new UnexpectedShape('The list of ancestors does not begin with the project.');
  if (above.length > 0 && above.findIndex(({ type }) => type === 'organization') !== above.length - 1)
    throw new UnexpectedShape('The list of ancestors does not end with the organisation.');
  return above;
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
        ancestorsIn,
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
        (body) => requiredText(body, 'projectNumber'),
      ),
  };
}
