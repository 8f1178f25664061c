import type { Part } from './names.ts';
import type { Resource } from './resource.ts';
import {
  actAsRole,
  alertsRole,
  type CustomRole,
  capacityRole,
  closerRole,
  doorRole,
  drillCopyRole,
  drillRole,
  gatewayRole,
  imageRole,
  invokerRole,
  modelAliasRole,
  modelFilesRole,
  modelRole,
  pipelineRole,
  postureRole,
  regionsRole,
  taskFilesRole,
  taskRole,
} from './roles.ts';
import { bucketServices, doorServices, gatewayServices, vertexServices } from './services.ts';
import type { Right, RightBuckets, SetupWish } from './wish.ts';

/** Grants roles to the accounts of one function. */
export interface Granter {
  onProject(role: CustomRole | string, part: Part): Resource[];
  /** On the service once it exists, and until then on the project. */
  onService(role: CustomRole | string, part: Part): Resource[];
  onAccount(of: Part, role: string, part: Part): Resource[];
  onBuckets(buckets: readonly string[], role: CustomRole | string, part: Part): Resource[];
}

/** What a right beyond a release is made of. */
export interface Extra {
  /** The flag of `init` that asks for it. */
  flag: string;
  roles?: readonly CustomRole[];
  services?: readonly string[];
  /** An account of its own. A job logs in as it, unless something of Google runs as it. */
  account?: { part: Part; logsIn: boolean };
  grants(to: Granter, buckets: RightBuckets): Resource[];
}

export const extras: Readonly<Record<Right, Extra>> = {
  close: {
    flag: 'may_close',
    roles: [closerRole],
    grants: (to) => to.onService(closerRole, 'deployer'),
  },
  alert: {
    flag: 'may_alert',
    roles: [alertsRole],
    grants: (to) => to.onProject(alertsRole, 'deployer'),
  },
  'release gateways': {
    flag: 'may_release_gateways',
    roles: [gatewayRole],
    services: gatewayServices,
    account: { part: 'gateway', logsIn: false },
    grants: (to) => [
      ...to.onProject(gatewayRole, 'deployer'),
      ...to.onAccount('gateway', actAsRole, 'deployer'),
      ...to.onService(invokerRole, 'gateway'),
    ],
  },
  // Somebody else releases the gateway. The release and the nightly smoke test only go in through it.
  'go in through gateways': {
    flag: 'may_use_gateways',
    roles: [doorRole],
    services: doorServices,
    grants: (to) => [...to.onProject(doorRole, 'deployer'), ...to.onProject(doorRole, 'reader')],
  },
  // A rollback takes the alias back with the traffic.
  'release models': {
    flag: 'may_release_models',
    roles: [modelRole, modelAliasRole],
    services: vertexServices,
    grants: (to) => [
      ...to.onProject(modelRole, 'deployer'),
      ...to.onProject(modelAliasRole, 'deployer'),
      ...to.onProject(modelAliasRole, 'rollback'),
    ],
  },
  'read model files': {
    flag: 'model_buckets',
    roles: [modelFilesRole],
    services: bucketServices,
    grants: (to, { models }) => [
      ...to.onBuckets(models, modelFilesRole, 'deployer'),
      ...to.onBuckets(models, modelFilesRole, 'runtime'),
    ],
  },
  'run pipelines': {
    flag: 'may_run_pipelines',
    roles: [pipelineRole],
    services: vertexServices,
    account: { part: 'pipeline', logsIn: false },
    grants: (to, { pipelines }) => [
      ...to.onProject(pipelineRole, 'deployer'),
      ...to.onAccount('pipeline', actAsRole, 'deployer'),
      ...to.onProject(taskRole, 'pipeline'),
      ...to.onBuckets(pipelines, taskFilesRole, 'pipeline'),
    ],
  },
  measure: {
    flag: 'may_measure',
    roles: [capacityRole, imageRole],
    grants: (to) => [...to.onService(capacityRole, 'deployer'), ...to.onProject(imageRole, 'deployer')],
  },
  // Whoever drills may delete objects, so no other account may.
  drill: {
    flag: 'may_drill',
    roles: [drillRole, drillCopyRole, regionsRole],
    services: bucketServices,
    account: { part: 'drill', logsIn: true },
    grants: (to, { drill, copies }) => [
      ...to.onProject(regionsRole, 'drill'),
      ...to.onBuckets(drill, drillRole, 'drill'),
      ...to.onBuckets(copies, drillCopyRole, 'drill'),
    ],
  },
  'see the posture': {
    flag: 'may_see_posture',
    roles: [postureRole],
    grants: (to) => to.onProject(postureRole, 'reader'),
  },
};

export const extrasOf = ({ may }: Pick<SetupWish, 'may'>): Extra[] => may.map((right) => extras[right]);
