import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ActionName } from '../../../src/domain/report/report.ts';
import { inputsOf } from '../../../src/inputs/table.ts';

const apis = [
  'cloudfunctions',
  'cloudresourcemanager',
  'iam',
  'iamcredentials',
  'logging',
  'monitoring',
  'oauth2',
  'run',
  'sts',
];

/** The inputs of a deploy by each driver: those that it has in addition, and those that it does not take. */
const image = 'us-central1-docker.pkg.dev/demo-project/ocr/ocr:1';
const deploys: Record<string, { more: Record<string, string>; without: readonly string[] }> = {
  'deploy, run-function': { more: { target: 'run-function' }, without: [] },
  'deploy, run-image': { more: { image }, without: ['source_dir', 'runtime', 'entry_point'] },
};

/** What a runner gives to an action that gets as far as its first call. `url` answers for GitHub and Google, and `folder` is the job's. */
export function runnerAt(folder: string, url: string) {
  const commandFiles = Object.fromEntries(
    ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_ENV', 'GITHUB_STEP_SUMMARY'].map((name) => {
      writeFileSync(join(folder, name), '');
      return [name, join(folder, name)];
    }),
  );
  const suite = join(folder, 'backstay.smoke.yaml');
  writeFileSync(suite, 'version: 1\ncases:\n  - name: a\n    image: a.png\n    expect: {contains: [a]}\n');
  writeFileSync(join(folder, 'a.png'), '');
  writeFileSync(join(folder, 'index.js'), 'exports.ocr = (q, r) => r.end();');
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    RUNNER_TEMP: folder,
    GITHUB_WORKSPACE: folder,
    GITHUB_REPOSITORY: 'acme/ocr',
    GITHUB_RUN_ID: '1',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_API_URL: url,
    ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/token?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
    ...commandFiles,
    ...Object.fromEntries(apis.map((api) => [`GHA_ENDPOINT_OVERRIDE_${api}`, `${url}/v1`])),
  };

  /** Each action gets only the inputs that it declares, because it refuses any other. */
  const inputs: Record<string, string> = {
    workload_identity_provider: 'projects/123/locations/global/workloadIdentityPools/github/providers/gh',
    service_account: 'deployer@demo.iam.gserviceaccount.com',
    project_id: 'demo-project',
    region: 'us-central1',
    name: 'ocr-api',
    runtime: 'nodejs24',
    entry_point: 'ocr',
    source_dir: folder,
    smoke_suite: suite,
    suite: suite,
    slo: '99.5%',
    to: 'before',
  };

  const inputsFor = (action: ActionName): Record<string, string> =>
    Object.fromEntries(
      inputsOf(action)
        .filter((name) => name in inputs)
        .map((name) => [`INPUT_${name.toUpperCase()}`, inputs[name] as string]),
    );

  function inputsOfDeploy(name: string): Record<string, string> {
    const { more = {}, without = [] } = deploys[name] ?? {};
    const left = without.map((input) => `INPUT_${input.toUpperCase()}`);
    const kept = Object.entries(inputsFor('deploy')).filter(([input]) => !left.includes(input));
    const added = Object.entries(more).map(([input, value]) => [`INPUT_${input.toUpperCase()}`, value]);
    return Object.fromEntries([...kept, ...added]);
  }

  return { env, inputsFor, inputsOfDeploy, deploys };
}
