import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { desired } from '../../../src/domain/setup/desired.ts';
import type { Observed } from '../../../src/domain/setup/observed.ts';
import { planOf, toWrite } from '../../../src/domain/setup/plan.ts';
import { gcloudLines } from '../../../src/domain/setup/print/gcloud.ts';
import { terraformText } from '../../../src/domain/setup/print/terraform.ts';
import { planLines, totalsText } from '../../../src/domain/setup/text.ts';
import { rights } from '../../../src/domain/setup/wish.ts';
import { emptyProject, makeBuckets, tokenOf } from '../../support/empty-project.ts';
import { everyBucket, setupWish } from '../../support/setup-wish.ts';
import { setupWorld } from '../../support/setup-world.ts';
import { WarmGcloud } from '../repairs/warm-gcloud.ts';

/** What `init --print` prints, given to a real gcloud, to a parser of HCL and to Terraform's own formatter. */

jest.setTimeout(300_000);

let sandbox: Sandbox;
let gcloud: WarmGcloud | undefined;
let home: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  emptyProject(sandbox);
  home = mkdtempSync(join(tmpdir(), 'bs-printed-'));
});
afterAll(async () => {
  await gcloud?.stop();
  await sandbox.stop();
  rmSync(home, { recursive: true, force: true });
});

/** gh's two commands as requests to GitHub's API. */
const gh = `gh() {
  local api="$GITHUB_API_URL" method=GET body= path=
  call() { curl --silent --show-error --fail-with-body -o /dev/null -H 'Authorization: Bearer x' -X "$1" "$api/$2" \${3:+-d "$3"}; }
  if [ "$1" = variable ]; then
    local verb=$2 name=$3 repo=$5 env=\${7//\\//%2F}
    if [ "$verb" = delete ]; then call DELETE "repos/$repo/environments/$env/variables/$name"
    else call POST "repos/$repo/environments/$env/variables" "{\\"name\\":\\"$name\\",\\"value\\":\\"$9\\"}"; fi
  else
    method=$4 path=$5
    case "$path" in
      */deployment-branch-policies) body='{"name":"'\${7#name=}'","type":"branch"}' ;;
      *) body='{"deployment_branch_policy":{"protected_branches":false,"custom_branch_policies":true}}' ;;
    esac
    call "$method" "$path" "$body"
  fi
}
`;

const withGcloud = WarmGcloud.isHere() ? test : test.skip;
if (!WarmGcloud.isHere())
  console.log('Skipped: the commands of init by gcloud, which is not installed here.');

withGcloud('a real gcloud runs the printed commands, and then nothing is left to do', async () => {
  const token = join(home, 'owner-token');
  writeFileSync(token, await tokenOf(sandbox));
  gcloud = await WarmGcloud.start({ ...sandbox.env, CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: token });
  makeBuckets(sandbox);
  const world = await setupWorld(sandbox);
  const wish = await world.wish({ may: rights, buckets: everyBucket });
  const first = await world.run({ wish, apply: false });
  const commands = gcloudLines(toWrite(first.plan), sandbox.project);
  expect(commands.length).toBeGreaterThan(25);
  const made = await gcloud.paste(gh + commands.join('\n'), home, { HOME: home });
  expect([made.code, made.code ? made.errors : '']).toEqual([0, '']);
  world.files.set(
    '.github/workflows/release.yml',
    readFileSync(join(home, '.github/workflows/release.yml'), 'utf8'),
  );
  const after = await world.run({ wish, apply: false });
  expect([totalsText(after.plan), planLines(after.plan.filter(({ sign }) => sign !== '='))]).toEqual([
    expect.stringMatching(/^0 to create, 0 to change, \d+ unchanged$/),
    [],
  ]);
  // The way back and forth again takes a minute: `npm run peers -- init`.
  if (process.env.INIT_WHOLE === undefined) return;
  const undo = await world.run({ apply: false, undo: true });
  const gone = await gcloud.paste(gh + gcloudLines(toWrite(undo.plan), sandbox.project).join('\n'), home, {
    HOME: home,
  });
  expect([gone.code, gone.code ? gone.errors : '']).toEqual([0, '']);
  expect(toWrite((await world.run({ apply: false, undo: true })).plan)).toEqual([]);
  // Deleted things are undeleted by commands too.
  const again = await world.run({ wish, apply: false });
  const back = await gcloud.paste(gh + gcloudLines(toWrite(again.plan), sandbox.project).join('\n'), home, {
    HOME: home,
  });
  expect([back.code, back.code ? back.errors : '']).toEqual([0, '']);
  expect(totalsText((await world.run({ wish, apply: false })).plan)).toMatch(
    /^0 to create, 0 to change, \d+ unchanged$/,
  );
});

const resources = desired(setupWish({ may: rights, buckets: everyBucket }));
const observed = (state: Observed) =>
  terraformText(
    planOf(resources, () => state, { takeOver: false, overwriteFiles: false }),
    'my-project',
  );
const texts = {
  'an empty project': observed({ state: 'absent' }),
  'a project that is set up': observed({ state: 'present', ours: true, fields: {} }),
};

test('Terraform: what exists is imported, and every reference names a block that is there', () => {
  expect(texts['an empty project']).not.toContain('import {');
  expect(texts['a project that is set up'].match(/^import \{/gm)?.length).toBeGreaterThan(8);
  for (const text of Object.values(texts)) {
    const blocks = new Set(
      [...text.matchAll(/^resource "(\w+)" "(\w+)"/gm)].map(([, type, name]) => `${type}.${name}`),
    );
    expect(blocks.size).toBe(text.match(/^resource /gm)?.length);
    const named = [...text.matchAll(/(?<!["\w])((?:google|github)_\w+\.\w+)/g)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !blocks.has(name))).toEqual([]);
    expect(text).not.toMatch(/google_service_account_key|allUsers/);
  }
});

const python = join(homedir(), '.cache/backstay-peers/bin/python');
const parser = spawnSync(python, ['-c', 'import hcl2']).status === 0;
(parser ? test : test.skip).each(Object.entries(texts))(
  'a parser of HCL reads the Terraform of %s',
  (_, text) => {
    const script =
      'import hcl2, json, sys\nparsed = hcl2.loads(sys.stdin.read())\nprint(json.dumps([len(parsed["resource"]), sorted(key for key in parsed if key[0] != "_")]))';
    const out = execFileSync(python, ['-c', script], { input: text, encoding: 'utf8' });
    const [count, keys] = JSON.parse(out);
    expect(count).toBe(text.match(/^resource /gm)?.length);
    expect(keys).toEqual(expect.arrayContaining(['provider', 'resource', 'terraform']));
  },
);
