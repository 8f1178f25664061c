import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { parse } from 'yaml';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { runAction } from '../../support/run-action.ts';
import { ownerToken } from '../clients/gcloud.ts';
import { WarmGcloud } from '../repairs/warm-gcloud.ts';

/**
 * The page "Set up from nothing", pasted into a shell from its first block to its last, on a new project. The README's
 * table of roles is then all that anyone but the owner holds, and a job releases with it.
 */

const withGcloud = WarmGcloud.isHere() ? test : test.skip;
if (!WarmGcloud.isHere()) console.log('Skipped: the set-up by gcloud, which is not installed here.');
jest.setTimeout(300_000);

const root = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const page = read('docs/set-up/README.md');
/** What the workflow of the page gives to the release. */
const given = (): Record<string, string> => {
  const [, text = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
  const here = text.replace('my-project', sandbox.project).replace('europe-west1', sandbox.region);
  return parse(here).jobs.release.with;
};
const blocks = [...page.matchAll(/```shell\n([\s\S]*?)```/g)].map(([, block = '']) => block);

interface Row {
  who: string;
  role: string;
  on: string;
}
const rowsOf = (text: string): Row[] =>
  [
    ...(/<!-- roles:begin -->\n([\s\S]*?)<!-- roles:end -->/.exec(text)?.[1] ?? '').matchAll(
      /^\| (\w+) \| `([\w/.]+)` \| ([\w ]+) \|/gm,
    ),
  ].map(([, who = '', role = '', on = '']) => ({ who, role, on }));

let sandbox: Sandbox;
let gcloud: WarmGcloud | undefined;
let home: string;
beforeAll(async () => {
  sandbox = await startSandbox({ buildMs: 20, trafficSettleMs: 20, logLagMs: 0 });
  home = mkdtempSync(join(tmpdir(), 'bs-set-up-'));
});
afterAll(async () => {
  await gcloud?.stop();
  await sandbox.stop();
  rmSync(home, { recursive: true, force: true });
});

const email = (id: string) => `${id}@${sandbox.project}.iam.gserviceaccount.com`;
const projectResource = () => `//cloudresourcemanager.googleapis.com/projects/${sandbox.project}`;

/** A new project: no pool, no account but the one that Google makes, its APIs off, and only its owner has a role. */
async function newProject(): Promise<void> {
  const { WORKLOAD_IDENTITY_PROVIDER: seeded = '' } = sandbox.env;
  const apis = [
    'cloudfunctions',
    'run',
    'cloudbuild',
    'artifactregistry',
    'logging',
    'iamcredentials',
    'sts',
  ];
  await fetch(`${sandbox.control}/settings`, {
    method: 'PATCH',
    body: JSON.stringify({
      pools: { [seeded.replace(/\/providers\/.*/, '')]: null },
      providers: { [seeded]: null },
      serviceAccounts: { [email('deployer')]: null, [email('invoker')]: null, [email('reader')]: null },
      services: Object.fromEntries(apis.map((api) => [`${api}.googleapis.com`, 'DISABLED'])),
    }),
  });
  const { policies } = sandbox.world;
  for (const resource of policies.resources())
    policies.set(
      resource,
      resource === projectResource() ? [{ role: 'roles/owner', members: ['user:owner@example.com'] }] : [],
      'once',
    );
}

/** GitHub's command line: the ids of the repository, and the variables that the page sets. */
const gh = `gh() {
  case "$*" in
    *'--jq .id') echo 770001 ;;
    *'--jq .owner.id') echo 4211 ;;
    'variable set '*) printf '%s\\n' "$7" > "$HOME/variable-$3" ;;
  esac
}
`;

/** Every grant but the owner's, as the table writes it. */
function grants(): string[] {
  const { policies } = sandbox.world;
  const who = (member: string) =>
    member.startsWith('principalSet:') ? 'workflow' : (/:(\w+)@/.exec(member)?.[1] ?? member);
  const on = (resource: string) =>
    resource === projectResource()
      ? 'project'
      : resource.includes(email('ocr-api'))
        ? 'runtime account'
        : `${/(deployer|invoker)@/.exec(resource)?.[1] ?? resource.split('/').at(-2)} account`;
  return policies
    .resources()
    .flatMap((resource) =>
      policies
        .get(resource)
        .bindings.flatMap(({ role, members }) =>
          members.map(
            (member) =>
              `${who(member)} ${role} on ${resource.includes('/services/') ? 'service' : on(resource)}`,
          ),
        ),
    )
    .filter((line) => line !== 'owner roles/owner on project')
    .sort();
}

function release(more: Record<string, string> = {}) {
  const variable = (name: string) => readFileSync(join(home, `variable-${name}`), 'utf8').trim();
  const { env } = sandbox;
  return runAction('release', {
    timeoutMs: 180_000,
    cwd: home,
    env: { ...env, GITHUB_WORKSPACE: home },
    inputs: {
      ...given(),
      ...{ source_dir: 'src', slo: '99%', duration: '1s', step_duration: '1s' },
      ...{ canary: '50%', smoke_suite: 'suite.yaml', on_too_few_requests: 'promote' },
      workload_identity_provider: variable('WORKLOAD_IDENTITY_PROVIDER'),
      service_account: variable('SERVICE_ACCOUNT'),
      invoker_service_account: variable('INVOKER_SERVICE_ACCOUNT'),
      ...more,
    },
  });
}

function write(version: string): void {
  mkdirSync(join(home, 'src'), { recursive: true });
  writeFileSync(join(home, 'src/package.json'), JSON.stringify({ name: 'ocr', version }));
  writeFileSync(join(home, 'src/sandbox.json'), '{"responses":[{"status":200,"body":{"text":"ok"}}]}');
  const png =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==';
  writeFileSync(join(home, 'ok.png'), Buffer.from(png, 'base64'));
  writeFileSync(
    join(home, 'suite.yaml'),
    'version: 1\ncases:\n  - name: says ok\n    image: ok.png\n    expect: { contains: ok }\n',
  );
}

withGcloud(
  'the documented set-up gives exactly the roles of the README, and a job releases with them',
  async () => {
    const table = rowsOf(read('README.md'));
    expect(table.length).toBeGreaterThanOrEqual(7);
    expect(rowsOf(page)).toEqual(table);
    expect(blocks.length).toBeGreaterThanOrEqual(6);
    await newProject();
    const token = join(home, 'owner-token');
    writeFileSync(token, await ownerToken(sandbox));
    gcloud = await WarmGcloud.start({ ...sandbox.env, CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: token });
    const named = (text: string) =>
      text
        .replace('PROJECT=my-project', `PROJECT=${sandbox.project}`)
        .replace('REGION=europe-west1', `REGION=${sandbox.region}`);
    const end = blocks.findIndex((block) => block.includes('remove-iam-policy-binding'));
    const last = blocks[end] ?? '';
    const before = named(blocks.slice(0, end).join('\n'));
    const pasted = await gcloud.paste(`${gh}${before}`, home, { HOME: home });
    expect([pasted.code, pasted.code ? pasted.errors : '']).toEqual([0, '']);
    expect(existsSync(join(home, 'variable-SERVICE_ACCOUNT'))).toBe(true);
    // The service does not exist yet, so the invoker's role is on the project.
    const wanted = table.map(
      ({ who, role, on }) => `${who} ${role} on ${on === 'function' ? 'project' : on}`,
    );
    expect(grants()).toEqual([...wanted].sort());

    write('1.0.0');
    const planned = await release({ dry_run: 'true' });
    expect([planned.code, planned.outputs.reason]).toEqual([0, expect.any(String)]);
    const first = await release();
    expect([first.code, first.outputs.outcome, first.code ? first.log : '']).toEqual([0, 'promoted', '']);

    const variables = `${before.match(/^(PROJECT|REGION|NAME|NUMBER|INVOKER)=.*$/gm)?.join('\n')}\n`;
    const ended = await gcloud.paste(`${gh}${variables}${last}`, home);
    expect([ended.code, ended.code ? ended.errors : '']).toEqual([0, '']);
    expect(grants()).toEqual(
      table.map(({ who, role, on }) => `${who} ${role} on ${on === 'function' ? 'service' : on}`).sort(),
    );

    write('2.0.0');
    const second = await release();
    expect([second.code, second.outputs.outcome, second.code ? second.log : '']).toEqual([0, 'promoted', '']);
    expect(second.outputs.exposure).toBe('private');
    expect(sandbox.world.problems).toEqual([]);

    // "Forty repositories" and "Undo".
    writeFileSync(join(home, 'repositories.txt'), 'acme/ocr\nacme/other\n');
    const known = `${before.match(/^[A-Z_]+=.*$/gm)?.join('\n')}\n`;
    const rest = await gcloud.paste(`${gh}${known}${blocks.slice(end + 1).join('\n')}`, home, { HOME: home });
    expect([rest.code, rest.code ? rest.errors : '']).toEqual([0, '']);
    const accounts = await gcloud.paste('gcloud iam service-accounts list --format="value(email)"', home);
    expect(accounts.output.trim().split('\n')).toEqual([
      `${sandbox.world.projectNumber}-compute@developer.gserviceaccount.com`,
    ]);
  },
);
