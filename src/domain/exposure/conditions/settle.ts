import { functionPath, servicePath } from '../../data/resource-name.ts';
import type { PolicyFact } from '../facts.ts';
import { conditionHolds, type SeenResource } from './condition.ts';

export interface Place {
  project: string;
  region: string;
  name: string;
  /** Full name of the Cloud Run service, if it is known. */
  service: string | undefined;
}

const resource = (service: string, type: string, name: string): SeenResource => ({
  name,
  service: `${service}.googleapis.com`,
  type: `${service}.googleapis.com/${type}`,
});

/** Every resource whose policies are read. A condition on one of them applies to it and to everything below it. */
function resourcesOf(place: Place, policies: readonly PolicyFact[]): SeenResource[] {
  return [
    resource('run', 'Service', place.service ?? servicePath(place)),
    resource('cloudfunctions', 'Function', functionPath(place)),
    ...policies.flatMap(({ level, resource: name }) => {
      const own = name.replace(/^projects\/-/, `projects/${place.project}`);
      if (level === 'account') return resource('iam', 'ServiceAccount', own);
      if (level === 'project') return resource('cloudresourcemanager', 'Project', own);
      if (level === 'folder') return resource('cloudresourcemanager', 'Folder', own);
      if (level === 'organization') return resource('cloudresourcemanager', 'Organization', own);
      if (level === 'iap') return resource('iap', 'WebService', own);
      if (level === 'source') return resource('storage', 'Bucket', `projects/_/buckets/${name}`);
      if (level === 'images') return resource('artifactregistry', 'Repository', own);
      return [];
    }),
  ];
}

/** The same policies, with the result of every condition. */
export function settleConditions(policies: readonly PolicyFact[], place: Place, now: number): PolicyFact[] {
  const scene = { now, resources: resourcesOf(place, policies) };
  return policies.map((fact) => {
    const { reading } = fact;
    if (!reading.ok) return fact;
    const bindings = reading.value.bindings.map((binding) =>
      binding.condition === undefined
        ? binding
        : { ...binding, holds: conditionHolds(binding.condition, scene) },
    );
    return { ...fact, reading: { ...reading, value: { ...reading.value, bindings } } };
  });
}
