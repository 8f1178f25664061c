import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { describeWith } from '../../support/foreign-tool.ts';
import { install } from './act.ts';
import { isOurs, leaks, stepOf } from './judge.ts';
import { cannedFunction, cannedSuite, commit, nested, vendoredActions } from './repository.ts';
import { ActWorld } from './world.ts';

/** The forms that a job may take around our actions: matrices, folders, expressions, wrappers. */

jest.setTimeout(300_000);

const login = `workload_identity_provider: \${{ vars.WORKLOAD_IDENTITY_PROVIDER }}
          service_account: \${{ vars.SERVICE_ACCOUNT }}
          invoker_service_account: \${{ vars.INVOKER_SERVICE_ACCOUNT }}`;

const job = (steps: string, { head = '', on = 'push' } = {}) => `name: Forms
on:
  ${on}
permissions: { contents: read, id-token: write, actions: read }
jobs:
  one:
    runs-on: ubuntu-latest
${head}
    steps:
${steps}
`;

const release = (inputs: string, uses = 'backstay-release/backstay@v1') => `      - uses: actions/checkout@v5
      - id: release
        uses: ${uses}
        with:
          region: us-central1
          runtime: nodejs24
          entry_point: ocr
          canary: none
          slo: none
          duration: 1s
          ${login}
${inputs.replace(/^/gm, '          ')}`;

describeWith('act', install, 'the forms of a job under act', (act) => {
  let world: ActWorld;
  let folder = '';
  const live = (name: string) => world.functionOf(name);

  beforeAll(async () => {
    world = await ActWorld.start(act);
    folder = world.repository('acme');
    cannedFunction(`${folder}/functions/ocr`, 'hello');
    cannedSuite(`${folder}/tests`, 'hello');
    nested(folder);
    vendoredActions(folder);
    commit(folder);
    await world.secrets('key', 'certificate');
  });
  afterAll(() => world.stop());

  test('a matrix of two functions: two releases at once, each with its own state and post step', async () => {
    const head = '    strategy: { fail-fast: false, matrix: { function: [first, second] } }';
    const inputs = `name: \${{ matrix.function }}\nsource_dir: functions/ocr\nsmoke_suite: tests/backstay.smoke.yaml`;
    const ran = await world.run(job(release(inputs), { head }), folder, 'push');
    expect([ran.code, ran.jobs.map(({ result }) => result)]).toEqual([0, ['success', 'success']]);
    const mains = ran.steps.filter((step) => isOurs(step) && step.stage === 'Main');
    expect(mains.map(({ outputs }) => outputs.outcome)).toEqual(['promoted', 'promoted']);
    for (const name of ['first', 'second']) expect(world.traffic(name)).toMatchObject([{ percent: 100 }]);
    const posts = ran.steps.filter((step) => isOurs(step) && step.stage === 'Post');
    expect(posts.map(({ result }) => result)).toEqual(['success', 'success']);
    expect(leaks(ran)).toEqual([]);
  });

  test('inputs of several lines, of booleans and of numbers, and those of workflow_dispatch', async () => {
    const on = `workflow_dispatch:
    inputs:
      most: { type: number, default: 3 }
      force: { type: boolean, default: false }
      dry: { type: boolean, default: true }`;
    const inputs = `name: forms
source_dir: functions/ocr
smoke_suite: none
environment_variables: |
  # a comment
  LANGUAGES="eng,kor"
  GREETING=안녕 = hello
secrets: |
  API_KEY=key:1
  /secrets/tls/key=certificate:latest
labels: >-
  team=vision,
  stage=prod
max_instance_count: \${{ inputs.most }}
min_instance_count: 0
force: \${{ inputs.force }}
dry_run: \${{ inputs.dry }}`;
    const workflow = job(release(inputs), { on });
    const dry = await world.run(workflow, folder, 'workflow_dispatch');
    expect([dry.code, live('forms')]).toEqual([0, undefined]);
    const ran = await world.run(workflow, folder, 'workflow_dispatch', {
      inputs: { dry: 'false', most: '7' },
    });
    expect([ran.code, stepOf(ran, 'release').outputs.outcome]).toEqual([0, 'promoted']);
    expect(live('forms')).toMatchObject({
      labels: { team: 'vision', stage: 'prod' },
      serviceConfig: {
        maxInstanceCount: 7,
        environmentVariables: { LANGUAGES: 'eng,kor', GREETING: '안녕 = hello' },
        secretEnvironmentVariables: [{ key: 'API_KEY', secret: 'key', version: '1' }],
        secretVolumes: [{ mountPath: '/secrets/tls' }],
      },
    });
  });

  test('a repository in another folder, and a default working directory that is not ours', async () => {
    const steps = release(
      'name: folder\nsource_dir: app/functions/ocr\nsmoke_suite: app/tests/backstay.smoke.yaml',
    ).replace('uses: actions/checkout@v5', 'uses: actions/checkout@v5\n        with: { path: app }');
    const head = '    defaults: { run: { working-directory: app/functions } }';
    const ran = await world.run(job(steps, { head }), folder, 'push');
    expect([ran.code, stepOf(ran, 'release').outputs.outcome]).toEqual([0, 'promoted']);
  });

  test('paths as Windows writes them', async () => {
    const inputs = String.raw`name: windows
source_dir: .\functions\ocr
smoke_suite: tests\backstay.smoke.yaml`;
    const ran = await world.run(job(release(inputs)), folder, 'push');
    expect([ran.code, stepOf(ran, 'release').outputs.outcome]).toEqual([0, 'promoted']);
    expect(stepOf(ran, 'release').log).toMatch(/Smoke test .* 1 check passed/);
  });

  test("a composite action of the user's own around the release: outputs and post step come through", async () => {
    const steps = `      - uses: actions/checkout@v5
      - id: ship
        uses: ./.github/actions/ship
        with:
          name: wrapped
          ${login.replace(/^ {10}invoker.*$/m, '').trimEnd()}
      - id: read
        env: { OUTCOME: '\${{ steps.ship.outputs.outcome }}' }
        run: echo "outcome=$OUTCOME" >>"$GITHUB_OUTPUT"`;
    const ran = await world.run(job(steps), folder, 'push');
    expect([ran.code, stepOf(ran, 'read').outputs.outcome]).toEqual([0, 'promoted']);
    expect(world.traffic('wrapped')).toMatchObject([{ percent: 100 }]);
    expect(ran.log).toContain('Post step of the release: nothing to settle.');
  });

  test('a copy of the actions in the own repository (uses: ./...)', async () => {
    const ran = await world.run(
      job(release('name: copied\nsource_dir: functions/ocr\nsmoke_suite: none', './.github/backstay')),
      folder,
      'push',
    );
    expect([ran.code, stepOf(ran, 'release').outputs.outcome]).toEqual([0, 'promoted']);
    expect(stepOf(ran, 'release', 'Post').result).toBe('success');
  });

  test('two releases in one job: each post step settles its own', async () => {
    const second = release('name: two\nsource_dir: functions/ocr\nsmoke_suite: none')
      .replace('      - uses: actions/checkout@v5\n', '')
      .replace('id: release', 'id: again');
    const first = release('name: one\nsource_dir: functions/ocr\nsmoke_suite: none');
    const ran = await world.run(job(`${first}\n${second}`), folder, 'push');
    expect(ran.code).toBe(0);
    for (const id of ['release', 'again']) {
      expect(stepOf(ran, id).outputs.outcome).toBe('promoted');
      expect(stepOf(ran, id, 'Post').log).toContain('nothing to settle');
    }
  });
});
