import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { standardRelease } from '../scripts/docs/tables/standard-release.ts';
import { longestRelease, totalSeconds } from '../src/domain/release/longest.ts';

/** The workflows that other repositories call, and the examples that call them. test/peers/act runs them. */

const root = join(import.meta.dirname, '..');
const expression = (inner: string) => `\${{ ${inner} }}`;
const text = (file: string) => readFileSync(join(root, file), 'utf8');

interface Called {
  on: {
    workflow_call: {
      inputs: Record<string, { type: string; required?: boolean; default?: unknown; description?: string }>;
      secrets?: Record<string, { required: boolean }>;
      outputs: Record<string, { value: string }>;
    };
  };
  permissions: object;
  jobs: Record<
    string,
    {
      permissions: Record<string, string>;
      'timeout-minutes': unknown;
      concurrency: { group: string; 'cancel-in-progress': unknown };
      environment?: { name: string; url?: string };
      outputs: Record<string, string>;
      steps: {
        id?: string;
        if?: string;
        uses?: string;
        run?: string;
        with?: Record<string, string | boolean>;
      }[];
    }
  >;
}
interface Caller {
  jobs: Record<
    string,
    { uses?: string; permissions?: Record<string, string>; with?: Record<string, unknown>; secrets?: unknown }
  >;
}

const files: Record<string, { action: string; own: string[]; permissions: Record<string, string> }> = {
  'release.yml': {
    action: 'action.yml',
    own: ['environment', 'timeout_minutes', 'runs_on'],
    permissions: { contents: 'read', 'id-token': 'write', actions: 'read' },
  },
  'check.yml': {
    action: 'actions/smoke-test/action.yml',
    own: ['node_version', 'install', 'timeout_minutes', 'artifact', 'runs_on'],
    permissions: { contents: 'read' },
  },
  'check-comment.yml': {
    action: 'actions/smoke-test/action.yml',
    own: ['node_version', 'install', 'timeout_minutes', 'artifact', 'runs_on'],
    permissions: { contents: 'read', 'pull-requests': 'write' },
  },
  'rollback.yml': {
    action: 'actions/rollback/action.yml',
    own: ['environment', 'timeout_minutes', 'runs_on'],
    permissions: { 'id-token': 'write', actions: 'read' },
  },
};
const read = (file: string) => parse(text(`.github/workflows/${file}`)) as Called;

describe.each(Object.entries(files))('%s', (file, { action, own, permissions }) => {
  const workflow = read(file);
  const call = workflow.on.workflow_call;
  const job = workflow.jobs.main as Called['jobs'][string];
  const step = job.steps.find(({ id }) => id === 'main');
  const { inputs, outputs } = parse(text(action)) as { inputs: object; outputs: object };

  test('passes every input and secret on, under its own name, and nothing else', () => {
    const offered = [
      ...Object.keys(call.inputs).filter((name) => !own.includes(name)),
      ...Object.keys(call.secrets ?? {}),
    ];
    const passed = Object.keys(step?.with ?? {}).filter(
      (name) => name !== 'job_timeout' && name !== 'comment',
    );
    expect(passed.toSorted()).toEqual(offered.toSorted());
    expect(passed.filter((name) => !(name in inputs))).toEqual([]);
    for (const [name, value] of Object.entries(step?.with ?? {})) {
      if (name === 'comment') expect([file, value]).toEqual(['check-comment.yml', true]);
      else if (name === 'job_timeout')
        expect(value).toBe(expression("format('{0}m', inputs.timeout_minutes)"));
      else
        expect(value).toMatch(
          new RegExp(`^\\$\\{\\{ (inputs|secrets)\\.${name}( \\|\\| (''|vars\\.[A-Z_]+))? \\}\\}$`),
        );
    }
  });

  test('an input that is not set stays unset, so that the action has the only default', () => {
    for (const [name, { type, default: value, required }] of Object.entries(call.inputs)) {
      if (own.includes(name)) continue;
      expect(value).toBeUndefined();
      // A number that is not set would be 0.
      expect(['string', 'boolean']).toContain(type);
      if (required) expect((inputs as Record<string, { required?: boolean }>)[name]?.required).toBe(true);
    }
  });

  test('asks for the least: permissions by job, secrets by name and never required', () => {
    expect(workflow.permissions).toEqual({});
    expect(Object.keys(workflow.jobs)).toEqual(['main']);
    expect(job.permissions).toEqual(permissions);
    for (const secret of Object.values(call.secrets ?? {})) expect(secret.required).toBe(false);
    expect(text(`.github/workflows/${file}`)).not.toContain('secrets: inherit');
  });

  test('hands over the outputs of the action, but no path on the runner', () => {
    const names = Object.keys(call.outputs);
    expect(names.toSorted()).toEqual(Object.keys(job.outputs).toSorted());
    expect(names.filter((name) => !(name in outputs))).toEqual([]);
    expect(
      Object.keys(outputs)
        .filter((name) => !names.includes(name))
        .filter((name) => !/^(report|summary_file|junit|ctrf)$/.test(name)),
    ).toEqual([]);
    for (const name of names) {
      expect(call.outputs[name]?.value).toBe(`\${{ jobs.main.outputs.${name} }}`);
      expect(job.outputs[name]).toBe(`\${{ steps.main.outputs.${name} }}`);
    }
  });

  test('runs one at a time for a function, within a time, and keeps the report of a failed run', () => {
    expect(job.concurrency.group).toMatch(/^backstay-(release|rollback|check)-\$\{\{ /);
    // A service of its own has `service` in place of `name`.
    const isCheck = file.startsWith('check');
    const name = file === 'release.yml' ? 'inputs.name || inputs.service' : 'inputs.name';
    // Calls of one run that differ in one of these neither cancel nor overwrite each other.
    const apart = isCheck
      ? [
          'github.workflow',
          'github.ref',
          'inputs.artifact',
          'inputs.node_version',
          'inputs.working_directory',
        ]
      : ['inputs.project_id', 'inputs.environment', 'inputs.region', name];
    for (const part of apart) expect(job.concurrency.group).toContain(expression(part));
    if (!isCheck) {
      expect(job.concurrency).toEqual({
        group: expect.stringContaining(`${expression('inputs.region')}-${expression(name)}`),
        'cancel-in-progress': false,
      });
      expect(job.environment?.name).toBe(expression(`inputs.environment || format('prod/{0}', ${name})`));
    }
    expect(job['timeout-minutes']).toBe(expression('inputs.timeout_minutes'));
    expect(call.inputs.timeout_minutes?.default).toBeGreaterThanOrEqual(10);
    const upload = job.steps.find(({ uses }) => uses?.startsWith('actions/upload-artifact@'));
    expect(upload?.if).toBe("always() && steps.main.outputs.report != ''");
    expect(upload?.with?.name).toContain(expression('job.check_run_id || github.run_attempt'));
  });
});

test('the timeout of a release covers the longest release with the defaults', () => {
  const minutes = Number(read('release.yml').on.workflow_call.inputs.timeout_minutes?.default);
  const longest = totalSeconds(longestRelease(standardRelease())) / 60;
  expect(minutes).toBeGreaterThanOrEqual(longest);
  expect(minutes).toBeLessThan(longest + 10);
  // A runner of GitHub ends every job after six hours.
  expect(minutes).toBeLessThanOrEqual(360);
});

const template = 'examples/organisation/workflow-templates/backstay-release.yml';
const examples = [
  ...readdirSync(join(root, 'examples/workflows')).map((name) => `examples/workflows/${name}`),
  template,
];
const calls = examples.flatMap((file) =>
  Object.values((parse(text(file)) as Caller).jobs).flatMap((job) => (job.uses ? [{ file, job }] : [])),
);

test('each reusable workflow has an example', () => {
  const called = new Set(calls.map(({ job }) => /workflows\/(.+)@/.exec(job.uses ?? '')?.[1]));
  expect([...called].toSorted()).toEqual(Object.keys(files).toSorted());
});

test.each(calls)('$file gives what it calls its inputs and its permissions', ({ job }) => {
  const match = /^backstay-release\/backstay\/\.github\/workflows\/([a-z-]+\.yml)@(v\d+|[0-9a-f]{40})$/.exec(
    job.uses ?? '',
  );
  const { on, jobs } = read(match?.[1] as string);
  const given = Object.keys(job.with ?? {});
  expect(given.filter((name) => !(name in on.workflow_call.inputs))).toEqual([]);
  const required = Object.entries(on.workflow_call.inputs).filter(([, input]) => input.required);
  expect(required.map(([name]) => name).filter((name) => !given.includes(name))).toEqual([]);
  // Fewer permissions than the called job asks for, and GitHub does not start the run. More would be a gift.
  expect(job.permissions).toEqual(jobs.main?.permissions);
  expect(job.secrets).toBeUndefined();
});

test('a release is eight lines, the same in the example and on the page', () => {
  const lines = text('examples/workflows/release-short.yml')
    .split('\n')
    .filter((line) => line.trim() && !line.startsWith('#'));
  expect(lines).toHaveLength(8);
  expect(text('docs/set-up/reusable-workflows.md')).toContain(`\`\`\`yaml\n${lines.join('\n')}\n\`\`\``);
});

test('the starter workflow is as short, and needs no editing', () => {
  const lines = text(template)
    .split('\n')
    .filter((line) => line.trim() && !line.startsWith('#'));
  expect(lines).toHaveLength(8);
  expect(lines.join('\n')).toContain('branches: [$default-branch]');
  expect(lines.join('\n')).not.toMatch(/acme|ocr/);
  const properties = JSON.parse(text(template.replace('.yml', '.properties.json')));
  expect(Object.keys(properties)).toEqual(['name', 'description', 'iconName', 'categories', 'filePatterns']);
  for (const pattern of properties.filePatterns) expect(() => new RegExp(pattern)).not.toThrow();
});
