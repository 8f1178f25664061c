import { serviceAccount } from '../../sandbox/core/principals.ts';
import type { SandboxOptions } from '../../sandbox/core/types.ts';
import { accountResource } from '../../sandbox/guardrails/money.ts';
import { runState, type Service } from '../../sandbox/run/model.ts';
import type { EarlierRow } from '../../src/domain/posture/changes.ts';
import type { FailOn } from '../../src/domain/posture/judge.ts';
import type { Row } from '../../src/domain/posture/row.ts';
import { createExposureSources } from '../../src/gcp/exposure/exposure-sources.ts';
import { createPostureSources } from '../../src/gcp/posture/posture-sources.ts';
import { rememberingRest } from '../../src/gcp/posture/remember.ts';
import { createServices } from '../../src/gcp/run/services.ts';
import { type PostureCall, type PostureResult, posture } from '../../src/steps/posture/posture.ts';
import { type GuardWorld, guardWorld, resources } from './guard-world.ts';

/** A sandbox with a service, and an auditor who may read everything that a row asks for. */
export interface PostureWorld extends GuardWorld {
  auditor: string;
  owner: string;
  look(call?: Partial<PostureCall>, account?: string): Promise<PostureResult & { calls: number }>;
  /** One row of a look. */
  row(id: Row['id'], call?: Partial<PostureCall>): Promise<Row>;
  /** Calls an API as the owner of everything. Throws unless it answers 200. */
  own(api: string, method: string, path: string, body?: unknown): Promise<void>;
  settings(change: object): Promise<void>;
  running(): Service;
}

export const auditorRoles = [
  ...['roles/run.viewer', 'roles/cloudfunctions.viewer', 'roles/apigateway.viewer', 'roles/compute.viewer'],
  ...['roles/secretmanager.viewer', 'roles/containeranalysis.occurrences.viewer', 'roles/monitoring.viewer'],
  ...[
    'roles/binaryauthorization.policyViewer',
    'roles/cloudkms.viewer',
    'roles/iam.roleViewer',
    'roles/iap.admin',
  ],
  ...['roles/storage.bucketViewer', 'roles/storage.objectViewer'],
];
const aboveRoles = [
  ...[
    'roles/iam.securityReviewer',
    'roles/iam.denyReviewer',
    'roles/browser',
    'roles/orgpolicy.policyViewer',
  ],
  'roles/accesscontextmanager.policyReader',
];

const nothing: FailOn = { severity: undefined, change: false, unknown: false };

export async function postureWorld(options: SandboxOptions = {}): Promise<PostureWorld> {
  const world = await guardWorld(options);
  const { sandbox, client } = world;
  const auditor = `auditor@${sandbox.project}.iam.gserviceaccount.com`;
  const member = serviceAccount(auditor).member;
  const add = (resource: string, roles: readonly string[], who = member) => {
    const { bindings } = sandbox.world.policies.get(resource);
    world.set(resource, ...bindings, ...roles.map((role) => ({ role, members: [who] })));
  };
  const { project, organization } = resources(sandbox);
  const grant = () => {
    add(project, auditorRoles);
    add(organization, aboveRoles);
    add(accountResource, ['roles/billing.viewer']);
    add(accountResource, ['roles/billing.costsManager'], 'user:owner@example.com');
  };
  grant();
  const owner = (await client.control('POST', '/tokens', { member: 'user:owner@example.com' })).body
    .accessToken as string;

  const look: PostureWorld['look'] = async (call = {}, account = auditor) => {
    const { rest: inner, token } = world.rest(account);
    const { rest, guard, spend, sent } = rememberingRest(inner);
    const ports = {
      ...world.ports(account),
      services: createServices(rest),
      exposure: createExposureSources(guard),
      posture: createPostureSources(rest, async () => token, spend),
    };
    const result = await posture(ports, {
      ...{
        project: sandbox.project,
        region: sandbox.region,
        name: 'ocr',
        trusted: [],
        probeUrls: [],
        buckets: [],
      },
      ...{
        largestBody: 5_000_000,
        failOn: nothing,
        earlier: undefined,
        identity: () => `serviceAccount:${account}`,
      },
      ...call,
    });
    return { ...result, calls: sent() };
  };
  return {
    ...world,
    reset: () => {
      world.reset();
      grant();
    },
    auditor,
    owner,
    look,
    row: async (id, call) => {
      const found = (await look(call)).evidence.rows.find((one) => one.id === id);
      if (!found) throw new Error(`no row ${id}`);
      return found;
    },
    own: async (api, method, path, body) => {
      const answer = await client.api(api, method, path, body, owner);
      if (answer.status !== 200) throw new Error(`${method} ${api}${path}: ${answer.status} ${answer.text}`);
    },
    settings: async (change) => {
      const answer = await client.control('PATCH', '/settings', change);
      if (answer.status !== 200) throw new Error(answer.text);
    },
    running: () => runState(sandbox.world).services.get(world.service) as Service,
  };
}

/** What a report of an earlier run says about these rows. */
export const earlierOf = (rows: readonly Row[]): EarlierRow[] =>
  rows.map(({ id, state, holes }) => ({ id, state, holes: holes.map(({ about }) => about.join('\n')) }));
