import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { variableOf } from '../src/domain/setup/names.ts';

/** Checks that the workflows of this repository and its examples use inputs and outputs that exist, with the right permissions. test/peers/workflows lints them. */

const root = join(import.meta.dirname, '..');
const folders = ['examples/workflows', '.github/workflows'];
const files = folders.flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => `${folder}/${name}`),
);

interface Step {
  id?: string;
  uses?: string;
  run?: string;
  env?: Record<string, string>;
  with?: Record<string, unknown>;
}
interface Job {
  permissions?: Record<string, string>;
  'timeout-minutes'?: number | string;
  /** Not there in a job that calls a reusable workflow. test/reusable-workflows.test.ts checks those. */
  steps?: Step[];
}
interface Workflow {
  on: unknown;
  permissions?: Record<string, string>;
  jobs: Record<string, Job>;
}
interface Action {
  inputs: Record<string, { required?: boolean }>;
  outputs?: Record<string, unknown>;
}

const read = (file: string) => parse(readFileSync(join(root, file), 'utf8')) as Workflow;

/** Returns the path of the action.yml for `backstay-release/backstay[/actions/NAME]@REF`. */
function actionFile(uses: string): string | undefined {
  const match = /^backstay-release\/backstay(?:\/(actions\/[a-z-]+))?@v\d+$/.exec(uses);
  return match ? join(match[1] ?? '', 'action.yml') : undefined;
}

const ours = files.flatMap((file) =>
  Object.entries(read(file).jobs).flatMap(([name, job]) =>
    (job.steps ?? []).flatMap((step) => {
      const path = step.uses?.startsWith('backstay-release/') ? actionFile(step.uses) : undefined;
      return step.uses?.startsWith('backstay-release/') ? [{ file, name, job, step, path }] : [];
    }),
  ),
);

const table = ours.map((one) => ({ ...one, title: `${one.file}: ${one.step.uses}` }));

describe('workflows', () => {
  test('there are examples, and they use the actions of this repository', () => {
    expect(files.filter((file) => file.startsWith('examples/')).length).toBeGreaterThanOrEqual(6);
    expect(ours.length).toBeGreaterThanOrEqual(6);
  });

  test.each(table)('$title has inputs that exist', ({ step, path }) => {
    expect(path && existsSync(join(root, path))).toBe(true);
    const action = parse(readFileSync(join(root, path as string), 'utf8')) as Action;
    const given = Object.keys(step.with ?? {});
    expect(given.filter((input) => !(input in action.inputs))).toEqual([]);
    const required = Object.entries(action.inputs).filter(([, { required: must }]) => must);
    expect(required.map(([input]) => input).filter((input) => !given.includes(input))).toEqual([]);
  });

  test.each(table)('$title has the permissions that it needs', ({ file, job, step }) => {
    const login = step.with && 'workload_identity_provider' in step.with;
    const permissions = job.permissions ?? read(file).permissions;
    expect(permissions).toBeDefined();
    if (login) expect(permissions?.['id-token']).toBe('write');
    // None of our actions writes to the repository, so none needs more permissions. A comment on a pull request needs its own.
    const comments = (job.steps ?? []).some((one) => one.with && 'comment' in one.with);
    const writes = Object.entries(permissions ?? {}).filter(([, access]) => access === 'write');
    const alerts = (job.steps ?? []).some(({ uses: other = '' }) => other.includes('/upload-sarif@'));
    expect(writes.map(([scope]) => scope).filter((scope) => scope !== 'id-token')).toEqual([
      ...(comments ? ['pull-requests'] : []),
      ...(alerts ? ['security-events'] : []),
    ]);
    // The root action and the rollback ask GitHub whether another run is still running.
    if (/backstay-release\/backstay@|\/rollback@/.test(step.uses ?? ''))
      expect(permissions?.actions).toBe('read');
  });

  test.each(files)('%s uses outputs that exist, has deadlines and pins', (file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const { jobs } = read(file);
    for (const { steps = [], ...job } of Object.values(jobs).filter(({ steps }) => steps)) {
      if (typeof job['timeout-minutes'] === 'string')
        expect(job['timeout-minutes']).toContain('inputs.timeout_minutes');
      else expect(job['timeout-minutes']).toBeGreaterThan(0);
      for (const step of steps) {
        // An action of this repository is that of the same commit.
        if (step.uses) expect(step.uses).toMatch(/^\.\/|@(v\d+|[0-9a-f]{40})$/);
        // Text from other people may reach a shell only through the environment.
        expect(step.run ?? '').not.toContain('${{');
      }
      for (const step of steps) {
        const path = step.id && step.uses ? actionFile(step.uses) : undefined;
        if (!path) continue;
        const { outputs = {} } = parse(readFileSync(join(root, path), 'utf8')) as Action;
        const used = [...text.matchAll(new RegExp(`steps\\.${step.id}\\.outputs\\.(\\w+)`, 'g'))];
        expect(used.map(([, output]) => output).filter((output) => !((output as string) in outputs))).toEqual(
          [],
        );
      }
    }
  });

  test('accounts have the names of the variables that init sets', () => {
    const pages = ['*.md', 'actions/*/README.md', 'docs/**/*.md', 'examples/**/*.{md,yml}'];
    const text = pages
      .flatMap((pattern) => globSync(pattern, { cwd: root }))
      .map((page) => readFileSync(join(root, page), 'utf8'));
    const named = new Set(text.flatMap((page) => page.match(/(?<=\bvars\.)\w+_SERVICE_ACCOUNT\b/g) ?? []));
    // init gives the right to make alerts to the deployer. An account that can do nothing else is your own.
    const own = ['MONITORING_SERVICE_ACCOUNT'];
    expect([...named].filter((name) => !own.includes(name)).toSorted()).toEqual(
      Object.values(variableOf)
        .filter((name) => named.has(name))
        .toSorted(),
    );
    expect(named.size).toBeGreaterThan(5);
  });

  test('Dependabot looks at every folder that names an action of others', () => {
    const { updates } = parse(readFileSync(join(root, '.github/dependabot.yml'), 'utf8')) as {
      updates: { 'package-ecosystem': string; directories?: string[] }[];
    };
    const folders = updates.find((update) => update['package-ecosystem'] === 'github-actions')?.directories;
    // `/` stands for .github/workflows.
    expect(folders).toEqual(['/', '/actions/*', '/examples/workflows']);
  });

  test('every example says how to pin the action, and is in the table of examples', () => {
    const page = readFileSync(join(root, 'examples/README.md'), 'utf8');
    expect(page).toContain('Pin actions by their SHA');
    for (const file of files.filter((name) => name.startsWith('examples/'))) {
      expect(page).toContain(`(workflows/${file.split('/').at(-1)})`);
      expect(readFileSync(join(root, file), 'utf8')).toContain('# Pin actions by SHA');
    }
  });
});

describe('coming from deploy-cloud-functions', () => {
  const page = readFileSync(join(root, 'docs/set-up/from-deploy-cloud-functions.md'), 'utf8');
  const { inputs } = parse(readFileSync(join(root, 'actions/deploy/action.yml'), 'utf8')) as Action;
  const rows = [...page.matchAll(/^\| `([a-z_]+)` \| `([a-z_]+)` \|/gm)];

  /** The inputs of deploy-cloud-functions@v4, from its action.yml. */
  const theirs =
    'project_id region universe name description environment kms_key_name labels source_dir runtime build_environment_variables build_service_account build_worker_pool docker_repository entry_point all_traffic_on_latest_revision cpu memory environment_variables ingress_settings max_instance_count max_instance_request_concurrency min_instance_count secrets service_account service_timeout vpc_connector vpc_connector_egress_settings'.split(
      ' ',
    );

  test.each(theirs)('%s is in the table', (input) => {
    const row = rows.find(([, from]) => from === input);
    expect(row?.[2]).toBeDefined();
    expect(inputs).toHaveProperty(row?.[2] as string);
  });

  test('the triggers keep their names', () => {
    const last = ['location', 'type', 'filters', 'pubsub_topic', 'service_account', 'retry', 'channel'];
    for (const name of last) {
      expect(inputs).toHaveProperty(`event_trigger_${name}`);
      expect(page).toContain(`_${name}\``);
    }
  });
});
