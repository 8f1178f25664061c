import type { World } from '../core/state.ts';

export type Json = Record<string, unknown>;

/** A kind of resource of Compute Engine, and what its API calls it. */
export interface Collection {
  /** The name in paths and permissions. */
  name: string;
  message: string;
  /** The value of `kind`. The list has `List` after it. */
  kind: string;
  scope: 'global' | 'region';
  /** Fields that a PATCH may change. */
  fixed?: readonly string[];
}

export const collections: readonly Collection[] = [
  { name: 'forwardingRules', message: 'ForwardingRule', kind: 'compute#forwardingRule', scope: 'global' },
  {
    name: 'targetHttpsProxies',
    message: 'TargetHttpsProxy',
    kind: 'compute#targetHttpsProxy',
    scope: 'global',
  },
  { name: 'targetHttpProxies', message: 'TargetHttpProxy', kind: 'compute#targetHttpProxy', scope: 'global' },
  { name: 'urlMaps', message: 'UrlMap', kind: 'compute#urlMap', scope: 'global' },
  { name: 'backendServices', message: 'BackendService', kind: 'compute#backendService', scope: 'global' },
  { name: 'securityPolicies', message: 'SecurityPolicy', kind: 'compute#securityPolicy', scope: 'global' },
  {
    name: 'networkEndpointGroups',
    message: 'NetworkEndpointGroup',
    kind: 'compute#networkEndpointGroup',
    scope: 'region',
  },
];

export interface ComputeState {
  /** Resources by path below the project, such as `global/urlMaps/front`. */
  resources: Map<string, Json>;
  operations: Map<string, Json>;
  /** URLs of the balancers on this machine, by path of the forwarding rule. */
  fronts: Map<string, string>;
  /** What a rule in preview would have done, and what enforced rules did, newest last. */
  decisions: { policy: string; priority: number; action: string; preview: boolean; path: string }[];
  /** Requests of the running interval by policy, rule and key. */
  rates: Map<string, { from: number; count: number; bannedUntil?: number }>;
  /** Backend services as the data plane still has them, until a time. */
  served: Map<string, { backend: Json; until: number }>;
  /** Paths of backend services whose last write is still being carried out. */
  busy: Set<string>;
  /** Security policies of the organisation and of folders, which are asked before that of a backend. */
  above: Json[];
  serial: number;
}

export const computeState = (world: World): ComputeState =>
  world.extension('compute', () => ({
    resources: new Map(),
    operations: new Map(),
    fronts: new Map(),
    busy: new Set(),
    decisions: [],
    rates: new Map(),
    served: new Map(),
    above: [],
    serial: 0,
  }));

export const basePath = (world: World): string => `projects/${world.project}`;

/** The full URL of a resource, as Compute Engine shows it. */
export const linkOf = (world: World, path: string): string =>
  `https://www.googleapis.com/compute/v1/${basePath(world)}/${path}`;

/** The resource that a reference names: a full URL, a partial one, or a path below the project. */
export function referred(world: World, reference: unknown): Json | undefined {
  if (typeof reference !== 'string' || reference === '') return undefined;
  const path = /(?:^|\/)((?:global|regions\/[^/]+)\/[A-Za-z]+\/[^/]+)$/.exec(reference)?.[1];
  return path === undefined ? undefined : computeState(world).resources.get(path);
}

export const inScope = (world: World, collection: Collection, region?: string): Json[] =>
  [...computeState(world).resources]
    .filter(([path]) => {
      const [scope, place] = path.split('/');
      const name = path.split('/').at(-2);
      if (name !== collection.name) return false;
      return region === undefined || (region === 'global' ? scope === 'global' : place === region);
    })
    .map(([, resource]) => resource);
