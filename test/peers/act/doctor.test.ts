import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { describeWith } from '../../support/foreign-tool.ts';
import { install } from './act.ts';
import { isOurs, leaks, stepOf } from './judge.ts';
import { cannedFunction, cannedSuite, commit, objectives } from './repository.ts';
import { ActWorld } from './world.ts';

/** The doctor in a job under act: before a first release, after two, and while something is wrong. */

jest.setTimeout(300_000);

const login = `workload_identity_provider: \${{ vars.WORKLOAD_IDENTITY_PROVIDER }}
          service_account: \${{ vars.SERVICE_ACCOUNT }}
          invoker_service_account: \${{ vars.INVOKER_SERVICE_ACCOUNT }}`;

const job = (steps: string) => `name: Examine
on: push
permissions: { contents: read, id-token: write, actions: read }
jobs:
  one:
    runs-on: ubuntu-latest
    environment: prod/ocr
    steps:
      - uses: actions/checkout@v5
${steps}
`;
const release = `      - id: release
        uses: backstay-release/backstay@v1
        with:
          name: ocr
          region: us-central1
          source_dir: functions/ocr
          runtime: nodejs24
          canary: none
          slo: none
          duration: 1s
          ${login}`;
const doctor = `      - id: doctor
        uses: backstay-release/backstay/actions/doctor@v1
        with:
          name: ocr
          region: us-central1
          ${login}
      - id: after
        if: always()
        env: { VERDICT: '\${{ steps.doctor.outputs.verdict }}', REASON: '\${{ steps.doctor.outputs.reason }}' }
        run: echo "read=$VERDICT" >>"$GITHUB_OUTPUT"`;

interface Report {
  evidence: { doctor: { checks: { part: string; state: string; text: string }[] } };
  findings: { rule: string; commands?: string[] }[];
}

describeWith('act', install, 'the doctor under act', (act) => {
  let world: ActWorld;
  let folder = '';
  const report = () => world.report('doctor') as unknown as Report;
  const states = () =>
    Object.fromEntries(report().evidence.doctor.checks.map(({ part, state }) => [part, state]));

  beforeAll(async () => {
    world = await ActWorld.start(act);
    folder = world.repository('acme');
    cannedFunction(`${folder}/functions/ocr`, 'hello');
    cannedSuite(folder, 'hello');
    objectives(folder);
    commit(folder);
  });
  afterAll(() => world.stop());

  test('before a first release: the files are whole, and nothing is there to go back to', async () => {
    const ran = await world.run(job(doctor), folder, 'push');
    const step = stepOf(ran, 'doctor');
    expect([ran.code, step.result, step.outputs.verdict]).toEqual([0, 'success', 'pass']);
    expect(step.log).toMatch(/Suite and objectives +backstay\.smoke\.yaml has 1 case/);
    expect(states()).toMatchObject({
      files: 'ok',
      permissions: 'ok',
      runtime: 'skipped',
      rollback: 'skipped',
    });
    expect(world.functionOf('ocr')).toBeUndefined();
    expect(leaks(ran)).toEqual([]);
  });

  test('after two releases: a rollback has somewhere to go, and a later step reads the verdict', async () => {
    const first = await world.run(job(release), folder, 'push');
    expect([first.code, stepOf(first, 'release').outputs.outcome]).toEqual([0, 'promoted']);
    const changed = release.replace('canary: none', 'labels: two=2\n          canary: none');
    const ran = await world.run(job(`${changed}\n${doctor}`), folder, 'push');
    expect([ran.code, stepOf(ran, 'doctor').outputs.verdict]).toEqual([0, 'pass']);
    expect(stepOf(ran, 'after').outputs.read).toBe('pass');
    expect(states()).toMatchObject({ runtime: 'ok', rollback: 'ok' });
    // The sandbox's provider lets in every repository of its owner, and the doctor says so.
    expect(report().evidence.doctor.checks[0]).toEqual({
      ...{ part: 'login', state: 'warn', text: 'Any other repository of acme passes the condition.' },
    });
    expect(stepOf(ran, 'doctor').summary).toContain('| permission | on | release |');
  });

  test('while request logs are excluded: the job is red, and annotation and summary name the repair', async () => {
    const exclusions = [{ name: 'no-requests', filter: 'LOG_ID("run.googleapis.com/requests")' }];
    await world.control('PATCH', '/settings', { sinks: { _Default: { exclusions } } });
    const ran = await world.run(job(doctor), folder, 'push');
    await world.control('PATCH', '/settings', { sinks: { _Default: {} } });
    const step = stepOf(ran, 'doctor');
    expect([ran.code, step.result, step.outputs.verdict]).toEqual([1, 'failure', 'fail']);
    expect(stepOf(ran, 'after').outputs.read).toBe('fail');
    expect(report().findings.map(({ rule }) => rule)).toContain('doctor-logs-off');
    expect(step.annotations.map(({ level }) => level)).toContain('error');
    expect(step.summary).toContain('no-requests');
    expect(step.summary).toContain('gcloud logging sinks describe _Default');
    expect(ran.steps.filter((one) => isOurs(one) && one.stage === 'Post')).toEqual([]);
    expect(leaks(ran)).toEqual([]);
  });
});
