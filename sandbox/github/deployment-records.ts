import { addSetting } from '../core/settings.ts';
import type { World } from '../core/state.ts';
import type { Call, Reply, Route } from '../core/types.ts';
import { notFound, repositoriesOf } from './repositories.ts';

/**
 * Linked artifacts of an organisation (docs.github.com REST "Artifact metadata"). A record is named by environment, region, cluster and
 * deployment name; a later one takes its place. `Artifact metadata: write` is needed.
 */
interface RecordsState {
  /** By what names a deployment. */
  records: Map<string, Record<string, unknown>>;
  /** Name of each digest: the same digest has the same name everywhere. */
  names: Map<string, string>;
  serial: number;
  /** May the token of a job write? A workflow has to ask for it. */
  mayWrite: boolean;
  /** Owners that are users and no organisations. */
  users: Set<string>;
}

export const recordsOf = (world: World): RecordsState =>
  world.extension('github-deployment-records', () => ({
    records: new Map(),
    names: new Map(),
    serial: 100,
    mayWrite: true,
    users: new Set<string>(),
  }));

const docs = 'https://docs.github.com/rest/orgs/artifact-metadata#create-an-artifact-deployment-record';
const refused = (status: number, message: string): Reply => ({
  status,
  body: { message, documentation_url: docs, status: String(status) },
});

const risks = ['critical-resource', 'internet-exposed', 'lateral-movement', 'sensitive-data'];
const isText = (most: number) => (value: unknown) =>
  typeof value === 'string' && value.length > 0 && value.length <= most;
const isTexts = (value: unknown) =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((each) => typeof each === 'string');

/** The parameters of the endpoint, and which of them are required. */
const fields: Readonly<Record<string, { required?: true; good: (value: unknown) => boolean }>> = {
  name: { required: true, good: isText(256) },
  digest: { required: true, good: (value) => /^sha256:[a-f0-9]{64}$/.test(String(value)) },
  version: { good: isText(100) },
  status: { required: true, good: (value) => value === 'deployed' || value === 'decommissioned' },
  logical_environment: { required: true, good: isText(128) },
  physical_environment: { good: isText(128) },
  cluster: { good: isText(128) },
  deployment_name: { required: true, good: isText(256) },
  tags: { good: isTexts },
  runtime_risks: {
    good: (value) =>
      Array.isArray(value) && value.length <= 4 && value.every((each) => risks.includes(each as string)),
  },
  github_repository: { good: (value) => /^[A-Za-z0-9.\-_]{1,100}$/.test(String(value)) },
  return_records: { good: (value) => typeof value === 'boolean' },
};

export function deploymentRecordRoutes(world: World): Route[] {
  const state = recordsOf(world);
  addSetting(world, 'githubDeploymentRecords', (value) => {
    const { mayWrite, users } = (value ?? {}) as { mayWrite?: boolean; users?: string[] };
    if (mayWrite !== undefined) state.mayWrite = mayWrite;
    if (users) state.users = new Set(users);
  });
  world.views.set('githubDeploymentRecords', () => [...state.records.values()]);
  const isOrganization = (call: Call, org = '') =>
    call.headers.authorization !== undefined &&
    !state.users.has(org) &&
    [...repositoriesOf(world).repositories.keys()].some((name) => name.startsWith(`${org.toLowerCase()}/`));
  return [
    {
      ...{ method: 'POST', pattern: '/orgs/:org/artifacts/metadata/deployment-record', authenticated: false },
      handle(call, { org }) {
        if (!isOrganization(call, org)) return notFound;
        if (!state.mayWrite) return refused(403, 'Resource not accessible by integration');
        const body = call.json();
        const wrong = Object.entries(fields).find(([field, { required, good }]) =>
          body[field] === undefined ? required : !good(body[field]),
        );
        if (wrong) return refused(422, `Invalid request.\n\nInvalid input: ${wrong[0]}.`);
        const strange = Object.keys(body).find((field) => !Object.hasOwn(fields, field));
        if (strange) return refused(422, `Invalid request.\n\n"${strange}" is not a permitted key.`);
        const digest = String(body.digest);
        const known = state.names.get(digest);
        if (known !== undefined && known !== body.name)
          return refused(422, 'The same digest must have the same name in all deployments.');
        state.names.set(digest, String(body.name));
        const key = ['logical_environment', 'physical_environment', 'cluster', 'deployment_name']
          .map((field) => String(body[field] ?? ''))
          .join('\n');
        const now = new Date(world.now()).toISOString();
        const before = state.records.get(key);
        const { return_records: wanted = true, name: _, ...rest } = body;
        const record = {
          ...{ ...before, ...rest, id: before?.id ?? ++state.serial, attestation_id: null },
          ...{ created_at: before?.created_at ?? now, updated_at: now },
        };
        state.records.set(key, record);
        return { status: 200, body: { total_count: 1, ...(wanted ? { deployment_records: [record] } : {}) } };
      },
    },
    {
      ...{
        method: 'GET',
        pattern: '/orgs/:org/artifacts/:digest/metadata/deployment-records',
        authenticated: false,
      },
      handle(call, { org, digest }) {
        if (!isOrganization(call, org)) return notFound;
        const found = [...state.records.values()].filter((record) => record.digest === digest);
        return { status: 200, body: { total_count: found.length, deployment_records: found } };
      },
    },
  ];
}
