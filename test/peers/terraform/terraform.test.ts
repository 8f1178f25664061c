import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { holds, mapClaims } from '../../../src/domain/login/doctor/cel.ts';
import { strangers } from '../../../src/domain/login/doctor/other-runs.ts';
import { conditionOf } from '../../../src/domain/setup/admission.ts';
import { describeWith } from '../../support/foreign-tool.ts';
import { claims } from '../../support/login-facts.ts';

/** The Terraform module: its roles against the table of the set-up page, and its condition against the doctor's other runs. */

const root = join(import.meta.dirname, '../../..');
const text = (file: string) => readFileSync(join(root, file), 'utf8');
const main = text('terraform/main.tf');

test('the deployer and the invoker get exactly the roles of the table', () => {
  const table =
    /<!-- roles:begin -->\n([\s\S]*?)<!-- roles:end -->/.exec(text('docs/set-up/README.md'))?.[1] ?? '';
  const rows = [...table.matchAll(/^\| (deployer|invoker|workflow) \| `(roles\/[\w.]+)` \| ([\w ]+?) \|/gm)];
  expect(rows).toHaveLength(7);
  const deployer =
    /deployer_roles = concat\(\n\s+\[([^\]]*)\]/.exec(main)?.[1]?.match(/roles\/[\w.]+/g) ?? [];
  const onProject = rows
    .filter(([, who, , on]) => who === 'deployer' && on === 'project')
    .map(([, , role]) => role);
  expect(deployer.toSorted()).toEqual(onProject.toSorted());
  const roleOf = (resource: string) =>
    new RegExp(`resource "\\w+" "${resource}" {\\n(?: .*\\n|\\n)*? {2}role\\s+= "(roles/[\\w.]+)"`).exec(
      main,
    )?.[1];
  expect({ login: roleOf('login'), invoker: roleOf('invoker'), runtime: roleOf('runtime') }).toEqual({
    login: 'roles/iam.workloadIdentityUser',
    invoker: 'roles/run.invoker',
    runtime: 'roles/iam.serviceAccountUser',
  });
});

test('the APIs are those of the set-up page', () => {
  const page =
    /gcloud services enable ([\s\S]*?)--project/
      .exec(text('docs/set-up/README.md'))?.[1]
      ?.match(/\w+\.googleapis\.com/g) ?? [];
  const own = /for_each = toset\(\[([\s\S]*?)\]\)/.exec(main)?.[1]?.match(/\w+\.googleapis\.com/g) ?? [];
  expect(page.length).toBeGreaterThan(5);
  expect(own.toSorted()).toEqual(page.toSorted());
});

test('the README lists every variable and every output', () => {
  const names = (file: string, kind: string) =>
    [...text(`terraform/${file}.tf`).matchAll(new RegExp(`^${kind} "(\\w+)"`, 'gm'))].map(([, name]) => name);
  for (const name of [...names('variables', 'variable'), ...names('outputs', 'output')])
    expect(text('terraform/README.md')).toContain(`\`${name}\``);
});

const python = join(homedir(), '.cache/backstay-peers/bin/python');
const parser = spawnSync(python, ['-c', 'import hcl2']).status === 0;
if (!parser)
  console.warn('Skipped: a parser of HCL reads the module. `pip install python-hcl2==8.1.4` installs it.');
(parser ? test : test.skip)('a parser of HCL reads every file, and the example of the README', () => {
  const example = /```hcl\n([\s\S]*?)```/.exec(text('terraform/README.md'))?.[1] ?? '';
  const script =
    'import hcl2, json, sys\nprint(json.dumps([sorted(key for key in hcl2.loads(part) if key[0] != "_") for part in json.load(sys.stdin)]))';
  const parts = [
    ...['versions', 'variables', 'main', 'outputs'].map((name) => text(`terraform/${name}.tf`)),
    example,
  ];
  const out = execFileSync(python, ['-c', script], { input: JSON.stringify(parts), encoding: 'utf8' });
  expect(JSON.parse(out)).toEqual([
    ['terraform'],
    ['variable'],
    ['data', 'locals', 'resource'],
    ['output'],
    ['module', 'output'],
  ]);
});

describeWith(
  'terraform',
  'https://developer.hashicorp.com/terraform/install',
  'a real Terraform',
  (terraform) => {
    const { TF_CLI_CONFIG_FILE: _, ...env } = process.env;
    const run = (folder: string, argv: string[]) =>
      spawnSync(terraform, argv, { cwd: folder, env, encoding: 'utf8' });

    test('finds the files formatted', () => {
      const { stdout, stderr, status } = run(join(root, 'terraform'), [
        'fmt',
        '-check',
        '-diff',
        '-no-color',
      ]);
      expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: '', status: 0 });
    });

    /** Evaluates the variables and the condition. Resources need Google's provider, so they are left out. */
    function evaluate(variables: object): { condition?: string; error: string } {
      const folder = mkdtempSync(join(tmpdir(), 'terraform-'));
      try {
        writeFileSync(join(folder, 'variables.tf'), text('terraform/variables.tf'));
        const locals = /^locals \{\n {2}# One alternative[\s\S]*?^\}/m.exec(main)?.[0] ?? '';
        writeFileSync(
          join(folder, 'locals.tf'),
          `${locals.replace(/^ {2}default_runtime.*\n/m, '')}\noutput "condition" {\n  value = local.condition\n}\n`,
        );
        writeFileSync(join(folder, 'terraform.tfvars.json'), JSON.stringify(variables));
        const applied = run(folder, ['apply', '-auto-approve', '-no-color', '-input=false']);
        if (applied.status !== 0) return { error: applied.stderr };
        return { condition: run(folder, ['output', '-raw', 'condition']).stdout, error: '' };
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }

    const given = {
      project_id: 'my-project',
      owner_id: '4211',
      repositories: {
        ocr: { repository_id: '770001' },
        invoices: { repository_id: '770002', environment: 'prod/invoices', branch: 'release' },
      },
    };
    const mapping = { 'google.subject': 'assertion.sub' };
    const truth = (condition: string, changed: object) => {
      const run = { ...claims, ...changed } as typeof claims;
      return holds(condition, run, mapClaims(mapping, run));
    };

    test('makes a condition that lets in the named repositories and no other run', () => {
      const { condition = '', error } = evaluate(given);
      expect(error).toBe('');
      // `init` writes the same form, so that either can go on with a provider of the other.
      const wanted = [
        { repositoryId: '770001', branch: 'main', environment: undefined },
        { repositoryId: '770002', branch: 'release', environment: 'prod/invoices' },
      ];
      const admission = {
        ownerId: '4211',
        hostedOnly: false,
        everyRepository: undefined,
        repositories: wanted,
      };
      expect(condition).toBe(conditionOf(admission));
      expect(truth(condition, {})).toBe('true');
      const invoices = { repository: 'acme/invoices', repository_id: '770002' };
      expect(truth(condition, { ...invoices, ref: 'refs/heads/release', environment: 'prod/invoices' })).toBe(
        'true',
      );
      expect(truth(condition, { ...invoices, ref: 'refs/heads/main', environment: 'prod/invoices' })).toBe(
        'false',
      );
      expect(truth(condition, { ...invoices, ref: 'refs/heads/release', environment: 'test' })).toBe('false');
      expect(truth(condition, { event_name: 'pull_request_target' })).toBe('false');
      const admitted = strangers(claims).filter(
        ({ claims: run }) => holds(condition, run, mapClaims(mapping, run)) !== 'false',
      );
      // A self-hosted runner of the repository is allowed.
      expect(admitted.map(({ id }) => id)).toEqual(['self-hosted']);
    });

    test('with job_workflow_refs lets in only those workflows', () => {
      const workflows = ['release', 'rollback'].map(
        (name) => `acme/workflows/.github/workflows/${name}.yml@refs/heads/main`,
      );
      const { condition = '' } = evaluate({ ...given, job_workflow_refs: workflows });
      for (const job_workflow_ref of workflows) expect(truth(condition, { job_workflow_ref })).toBe('true');
      expect(truth(condition, {})).toBe('false');
    });

    test('has room for forty repositories, each with an environment, and mixes none of them up', () => {
      const names = Array.from({ length: 40 }, (_, at) => `function-of-team-${at}`);
      const repositories = Object.fromEntries(
        names.map((name, at) => [
          name,
          { repository_id: String(1_234_567_800 + at), environment: `prod/${name}` },
        ]),
      );
      const { condition = '', error } = evaluate({ ...given, repositories });
      expect(error).toBe('');
      expect(condition.length).toBeGreaterThan(1000);
      expect(condition.length).toBeLessThanOrEqual(4096);
      const run = (id: number, name: number) =>
        truth(condition, { repository_id: String(1_234_567_800 + id), environment: `prod/${names[name]}` });
      expect([run(0, 0), run(39, 39), run(0, 39), run(40, 0)]).toEqual(['true', 'true', 'false', 'false']);
    });

    test.each([
      [{ owner_id: 'acme' }, 'Expected a number such as 4211'],
      [{ project_id: '123456' }, 'Expected the id of a project'],
      [{ repositories: {} }, 'Expected at least one repository'],
      [{ repositories: { a: { repository_id: '1' } } }, '2 to 20 characters'],
      [{ repositories: { ocr: { repository_id: 'acme/ocr' } } }, 'repository_id to be a number'],
      [
        { repositories: { ab: { repository_id: '1' }, cd: { repository_id: '1' } } },
        'the same repository_id',
      ],
      [{ repositories: { ocr: { repository_id: '1', branch: "main' || true || '" } } }, 'has a quote'],
      [{ job_workflow_refs: ["a/b/.github/workflows/x.yml@y' || '"] }, 'Expected OWNER/NAME'],
      [{ job_workflow_refs: ['acme/workflows'] }, 'Expected OWNER/NAME'],
    ])('%j is refused: %s', (change, message) => {
      expect(evaluate({ ...given, ...change }).error.replace(/\s*│?\s+/g, ' ')).toContain(message);
    });
  },
);
