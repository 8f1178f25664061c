import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { grant } from '../../sandbox/core/policies.ts';
import type { JsonObject } from '../../src/domain/data/json.ts';
import { buildBalancer } from '../sandbox/support/balancer.ts';
import { Client } from '../sandbox/support/client.ts';
import type { ReleaseWorld } from './release-world.ts';

/** A service that a release has made in two regions behind a load balancer, and what a drill of its failover is asked. */
export interface BalancedWorld {
  client: Client;
  /** Token of somebody who may do everything. */
  owner: string;
  /** Inputs of the drill, without its login. */
  inputs: Record<string, string>;
  /** Path of the backend service. */
  path: string;
  /** The backend service as it is now. */
  backend(): Promise<JsonObject>;
}

export const balancedRegions = ['europe-west1', 'us-central1'] as const;

/** Users come from the first region, and what the capacity file measured is what the release has made. */
export async function balancedWorld(world: ReleaseWorld): Promise<BalancedWorld> {
  const { sandbox } = world;
  const [first, second] = balancedRegions;
  const made = await world.release('ocr', world.good(), {
    inputs: {
      ...{ region: '', regions: balancedRegions.join('; '), smoke_suite: 'none' },
      ...{ step_duration: '1s', duration: '1s' },
      ...{ memory: '512Mi', cpu: '1', max_instance_request_concurrency: '4' },
    },
  });
  expect([made.exitCode, made.report.errors]).toEqual([0, []]);
  const client = new Client(sandbox);
  const front = await buildBalancer(client, { service: 'ocr', regions: [...balancedRegions] });
  await world.control('PATCH', '/settings', { fronts: { clientRegion: first } });
  grant(
    sandbox.world.policies,
    `//cloudresourcemanager.googleapis.com/projects/${sandbox.project}`,
    'roles/compute.loadBalancerAdmin',
    `serviceAccount:${sandbox.env.SERVICE_ACCOUNT}`,
  );
  writeFileSync(
    join(world.folder, 'capacity.json'),
    JSON.stringify({
      ...{ schema: 'backstay/capacity/v1', service: 'ocr', region: first, revision: 'ocr-00001-abc' },
      image: `europe-docker.pkg.dev/p/r/ocr@sha256:${'a'.repeat(64)}`,
      measured_at: '2026-11-01T00:00:00Z',
      settings: { cpu: 1, memory_mib: 512, concurrency: 4, instances: 1 },
      ...{ objective: { quantile: 0.95, limit_ms: 3000 }, requests_per_second: 5, concurrency: 4 },
      ...{ p95_ms: 100, calls: 200, misses: 0, confidence: 0.95 },
    }),
  );
  const owner = (await client.control('POST', '/tokens', { member: 'user:owner@example.com' })).body
    .accessToken;
  const path = `/compute/v1/projects/${sandbox.project}/global/backendServices/ocr-backend`;
  return {
    ...{ client, owner, path },
    inputs: {
      ...{
        name: 'ocr',
        region: first,
        second_region: second,
        exercise: 'true',
        backend_service: 'ocr-backend',
      },
      ...{ front_url: front, needed_rate: '1', capacity_file: 'capacity.json' },
    },
    backend: async () => (await client.api('compute', 'GET', path, undefined, owner)).body as JsonObject,
  };
}
