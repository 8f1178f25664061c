import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readDeployInputs } from '../../../src/actions/deploy/inputs.ts';
import { InputReader } from '../../../src/inputs/reader.ts';

const file = join(import.meta.dirname, '../../../actions/deploy/action.yml');
const action = parse(readFileSync(file, 'utf8')) as { inputs: Record<string, { default?: string }> };

/** Inputs of google-github-actions/deploy-cloud-functions v4.0.0. */
const v4 = `project_id region universe name description environment kms_key_name labels source_dir runtime
build_environment_variables build_service_account build_worker_pool docker_repository entry_point
all_traffic_on_latest_revision cpu memory environment_variables ingress_settings max_instance_count
max_instance_request_concurrency min_instance_count secrets service_account service_timeout vpc_connector
vpc_connector_egress_settings event_trigger_location event_trigger_type event_trigger_filters
event_trigger_pubsub_topic event_trigger_service_account event_trigger_retry event_trigger_channel`.split(
  /\s+/,
);

const read = (given: Record<string, string>) => {
  const env = {
    ...Object.fromEntries(
      Object.entries({ project_id: 'my-project', ...given }).map(([name, value]) => [
        `INPUT_${name.toUpperCase()}`,
        value,
      ]),
    ),
    ACTIONS_ID_TOKEN_REQUEST_URL: 'https://runner.example.com/token',
    GOOGLE_APPLICATION_CREDENTIALS: join(import.meta.dirname, 'no-such-file.json'),
  };
  const inputs = new InputReader(env);
  const { request } = readDeployInputs({ inputs, env });
  return { request, done: () => inputs.done() };
};

test('takes every input of deploy-cloud-functions v4', () => {
  expect(v4).toHaveLength(35);
  expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(v4));
});

test('no input has a default that could overwrite a live setting', () => {
  const settings = v4.filter(
    (name) => !['project_id', 'region', 'universe', 'name', 'source_dir'].includes(name),
  );
  expect(settings.filter((name) => action.inputs[name]?.default !== undefined)).toEqual([]);
  const { request, done } = read({ name: 'ocr' });
  expect(() => done()).not.toThrow();
  expect([...request.settings]).toEqual([]);
});

describe('service_account', () => {
  const email = 'ocr@my-project.iam.gserviceaccount.com';
  const path = 'serviceConfig.serviceAccountEmail';
  test.each([
    ["alone is the function's", { service_account: email }, email],
    [
      "beside a login is the login's",
      { service_account: email, workload_identity_provider: 'projects/1/x' },
      undefined,
    ],
    [
      'yields to runtime_service_account',
      { service_account: 'a@b.iam.gserviceaccount.com', runtime_service_account: email },
      email,
    ],
  ])('%s', (_, given, expected) => {
    expect(read({ name: 'ocr', ...given }).request.settings.get(path)).toBe(expected);
  });
});

test.each([
  ['kms_key_name', 'my-key', 'projects/P/locations/L/keyRings/R/cryptoKeys/K'],
  ['event_trigger_pubsub_topic', 'uploads', 'projects/P/topics/T'],
  ['docker_repository', 'projects/p/repositories/r', 'projects/P/locations/L/repositories/R'],
  ['ingress_settings', 'all', 'one of ALLOW_ALL, ALLOW_INTERNAL_ONLY, ALLOW_INTERNAL_AND_GCLB'],
  ['on_exposed', 'open', 'one of close, fail, internal'],
  ['max_instance_request_concurrency', '0', 'a whole number from 1 to 1000'],
  ['deploy_timeout', '7h', '1s to 6h'],
  ['build_service_account', 'me', 'the e-mail of a service account'],
])('%s: %j is refused, and the message says what is expected', (name, value, expected) => {
  const { done } = read({ name: 'ocr', [name]: value });
  expect(done).toThrow(`${name}: "${value}": expected ${expected}`);
});
