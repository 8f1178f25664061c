import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { grant } from '../../sandbox/core/policies.ts';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { addBucket, store } from '../../sandbox/storage/state.ts';
import { registerModel } from '../../sandbox/vertex/models/index.ts';
import { runAction } from '../support/run-action.ts';
import { runCli } from '../support/run-cli.ts';

/** The action as a process, and the verb that does the same. test/actions/model has what they find. */
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
  const { world, env, project, region } = sandbox;
  world.disabledServices.delete('aiplatform.googleapis.com');
  addBucket(world, 'models');
  store(world, 'models', 'ocr/1/model.onnx', Buffer.from('x'));
  const name = `projects/${project}/roles/reader`;
  const includedPermissions = ['aiplatform.models.get', 'aiplatform.models.list'];
  world.roles.define({ name, title: 'test', includedPermissions, stage: 'GA', etag: 'AA==' });
  for (const account of [env.SERVICE_ACCOUNT, env.INVOKER_SERVICE_ACCOUNT])
    grant(
      world.policies,
      `//cloudresourcemanager.googleapis.com/projects/${project}`,
      name,
      `serviceAccount:${account}`,
    );
  const model = `projects/${project}/locations/${region}/models/ocr`;
  registerModel(world, model, { artifactUri: 'gs://models/ocr/1' }).versionAliases.push('candidate');
});
afterAll(() => sandbox?.stop());

test('the action resolves an alias into outputs, and says that nothing serves', async () => {
  const { env, project, region } = sandbox;
  const inputs = {
    workload_identity_provider: env.WORKLOAD_IDENTITY_PROVIDER ?? '',
    service_account: env.SERVICE_ACCOUNT ?? '',
    project_id: project,
    region,
    model: 'vertex://ocr@candidate',
  };
  const resolved = await runAction('model', { env, inputs: { ...inputs, mode: 'resolve' } });
  expect([resolved.code, resolved.outputs.model_version, resolved.outputs.model_uri]).toEqual([
    0,
    '1',
    'gs://models/ocr/1',
  ]);
  expect(resolved.summary).toContain(`\`vertex://projects/${project}/locations/${region}/models/ocr@1\``);
  const none = await runAction('model', { env, inputs: { ...inputs, name: 'nobody' } });
  expect([none.code, none.log]).toEqual([1, expect.stringContaining('There is no service')]);
});

test('the verb does the same from a machine', async () => {
  const { env, project, region } = sandbox;
  const ran = await runCli(
    [
      'model',
      'resolve',
      '--project',
      project,
      '--region',
      region,
      '--model',
      'vertex://ocr@candidate',
      '--json',
    ],
    { env },
  );
  expect([ran.code, ran.err]).toEqual([0, expect.not.stringContaining('rror')]);
  expect(JSON.parse(ran.out)).toMatchObject({
    ...{ action: 'model', verdict: 'pass' },
    evidence: { model: { mode: 'resolve', resolved: { version: '1' } } },
  });
});
