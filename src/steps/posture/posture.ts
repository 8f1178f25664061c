import type { EarlierRow } from '../../domain/posture/changes.ts';
import { type FailOn, judgePosture, type Posture } from '../../domain/posture/judge.ts';
import { knownRole } from '../../domain/posture/known-roles.ts';
import { type GuardPorts, guardDefaults, look } from '../guard/guard.ts';
import type { PostureSources } from './ports.ts';
import { readPosture } from './read-posture.ts';

export interface PosturePorts extends GuardPorts {
  posture: PostureSources;
}

export interface PostureCall {
  project: string;
  region: string;
  name: string;
  trusted: readonly string[];
  probeUrls: readonly string[];
  buckets: readonly string[];
  largestBody: number;
  failOn: FailOn;
  earlier: readonly EarlierRow[] | undefined;
  identity?: (() => string | undefined) | undefined;
  signal?: AbortSignal | undefined;
}

export interface PostureResult extends Posture {
  exists: boolean;
  service: string | undefined;
}

/** Looks at everything and changes nothing. */
export async function posture(ports: PosturePorts, call: PostureCall): Promise<PostureResult> {
  const { project, region, name, trusted, probeUrls, identity, signal } = call;
  const exposure = {
    ...ports.exposure,
    role: async (role: string, asked?: AbortSignal) => knownRole(role) ?? ports.exposure.role(role, asked),
  };
  const { facts } = await look(
    { ...ports, exposure },
    {
      ...guardDefaults,
      ...{ project, region, name, trusted, probeUrls, identity, signal },
      mode: 'verify',
      scope: 'full',
      // No row is about those that restrict ingress.
      prevents: ['bindings', 'invoker-check'],
    },
  );
  const read = await readPosture(ports, facts, { ...call, now: ports.clock.now() });
  const judged = judgePosture(read, call.failOn, call.earlier);
  return { ...judged, exists: facts.exists, service: facts.target.service };
}
