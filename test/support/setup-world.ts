import type { Sandbox } from '../../sandbox/index.ts';
import { absent } from '../../src/domain/setup/observed.ts';
import type { SetupWish } from '../../src/domain/setup/wish.ts';
import { createProjectFacts, createSetupCloud } from '../../src/gcp/setup/cloud.ts';
import { createGithubClient } from '../../src/github/client.ts';
import { createSetupHost } from '../../src/github/setup/host.ts';
import { createRepositories } from '../../src/github/setup/repositories.ts';
import { endpoints } from '../../src/http/endpoints.ts';
import { createRest } from '../../src/http/rest.ts';
import { createClock } from '../../src/runner/clock.ts';
import type { SetupPlace } from '../../src/steps/setup/ports.ts';
import { type SetupOptions, type SetupPorts, setUp } from '../../src/steps/setup/setup.ts';
import { tokenOf } from './empty-project.ts';
import { noBuckets } from './setup-wish.ts';

const silent = { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} };

/** The set-up of the project of a sandbox by its real clients, as a person. Files are kept in a map. */
export async function setupWorld(sandbox: Sandbox, member?: string) {
  const token = await tokenOf(sandbox, member);
  const clock = createClock();
  const rest = createRest({
    endpoints: endpoints(sandbox.env),
    clock: { ...clock, sleep: async () => {} },
    log: silent,
    accessToken: async () => token,
    redact: (text) => text,
    userAgent: 'test',
  });
  const github = createGithubClient({
    token: 'a-token',
    apiUrl: sandbox.env.GITHUB_API_URL,
    timeoutMs: 60_000,
  });
  const facts = createProjectFacts(rest);
  const files = new Map<string, string>();
  const inFiles: SetupPlace = {
    kinds: ['file'],
    observe: async (resource) => {
      const content = resource.kind === 'file' ? files.get(resource.path) : undefined;
      return content === undefined ? absent : { state: 'present', ours: false, fields: { content } };
    },
    write: async (rows) => {
      for (const { resource } of rows)
        if (resource.kind === 'file') files.set(resource.path, resource.content);
    },
  };
  const lines: string[] = [];
  const ports: SetupPorts = {
    places: [createSetupCloud(rest, clock, sandbox.project), createSetupHost(github), inFiles],
    project: facts,
    log: { ...silent, line: (text) => lines.push(text) },
  };
  async function wish(
    more: Partial<SetupWish> = {},
    repository = 'acme/ocr',
    name = 'ocr-api',
  ): Promise<SetupWish> {
    const found = await createRepositories(github).find(repository);
    if (!found) throw new Error(`There is no ${repository}.`);
    return {
      ...{ project: sandbox.project, number: await facts.number(sandbox.project), region: sandbox.region },
      ...{
        pool: 'github',
        provider: 'backstay',
        issuer: sandbox.world.urls.get('oidc') ?? '',
        target: 'function',
      },
      ...{ ownerWide: false, hostedOnly: false, may: [], buckets: noBuckets },
      targets: [
        {
          ...{ repository: found, name, environment: `prod/${name}`, branch: found.defaultBranch },
          service: await facts.service(sandbox.project, sandbox.region, name),
          runtimeAccount: undefined,
        },
      ],
      files: [{ path: '.github/workflows/release.yml', content: 'name: release\n' }],
      ...more,
    };
  }
  const leave = { takeOver: false, overwriteFiles: false };
  const run = async (more: Partial<SetupOptions> = {}, changed: Partial<SetupPorts> = {}) =>
    setUp({ ...ports, ...changed }, { wish: await wish(), leave, undo: false, apply: true, ...more });
  return { ports, wish, run, files, lines };
}

/** Writes that a set-up made: every request that is not a read. */
export async function writesOf(sandbox: Sandbox, since = 0): Promise<string[]> {
  const answer = await fetch(`${sandbox.control}/requests?since=${since}`);
  const requests = (await answer.json()) as { api: string; method: string; path: string }[];
  return (
    requests
      // Asking who a token belongs to is a read, although it is a POST. So is what the doctor asks.
      .filter(({ api, method }) => method !== 'GET' && api !== 'oauth2')
      .filter(({ path }) => !/:(getIamPolicy|testIamPermissions|generateAccessToken|list)\b/.test(path))
      .map(({ api, method, path }) => `${method} ${api} ${path}`)
  );
}

/** Everything that a set-up may change, as one text that can be compared. Serial numbers are left out. */
export function endOf(sandbox: Sandbox): string {
  const { world } = sandbox;
  const text = JSON.stringify({
    services: [...world.disabledServices].sort(),
    policies: world.policies
      .resources()
      .sort()
      .map((name) => [name, world.policies.get(name).bindings]),
    roles: world.roles.list().filter(({ name }) => name.startsWith('projects/')),
    identity: world.views.get('identity')?.(),
    github: world.views.get('githubRepositories')?.(),
  });
  return text
    .replace(/"(uniqueId|id)":"?\d+"?/g, '"$1":0')
    .replaceAll(world.project, 'PROJECT')
    .replace(/127\.0\.0\.1:\d+/g, 'HOST');
}
