import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DeployWorld } from '../support/deploy-world.ts';
import { runAction } from '../support/run-action.ts';

/** Outputs of one name have one value, whichever action of the built bundle looks at a function that does not change. */

let world: DeployWorld;
beforeAll(async () => {
  world = await DeployWorld.start();
});
afterAll(() => world.stop());

test('a release, a deploy, a rollback and a guard say the same about one function', async () => {
  const name = 'same_words';
  const source = world.source({
    'index.js': 'exports.ocr = () => {};',
    'package.json': '{"name":"ocr","version":"1.0.0"}',
    'sandbox.json': '{"startMs":0,"responses":[{"status":200,"body":{"text":"ok"}}]}',
  });
  const { sandbox } = world;
  const login = {
    project_id: sandbox.project,
    region: sandbox.region,
    workload_identity_provider: sandbox.env.WORKLOAD_IDENTITY_PROVIDER as string,
    service_account: sandbox.env.SERVICE_ACCOUNT as string,
    invoker_service_account: sandbox.env.INVOKER_SERVICE_ACCOUNT as string,
  };
  const run = async (action: string, inputs: Record<string, string>) => {
    const ran = await runAction(action, { env: sandbox.env, inputs: { name, ...login, ...inputs } });
    expect([action, ran.code, ran.code === 0 ? '' : ran.log]).toEqual([action, 0, '']);
    return ran.outputs;
  };
  const built = { source_dir: source, runtime: 'nodejs24', entry_point: 'ocr' };
  const waits = { slo: 'none', smoke_suite: 'none', canary: 'none', duration: '1s', github_token: 'token' };
  await run('deploy', built);
  const all = {
    release: await run('release', { ...built, ...waits }),
    deploy: await run('deploy', built),
    rollback: await run('rollback', { to: 'settle', github_token: 'token' }),
    guard: await run('guard', {}),
  };

  const { latestReadyRevision } = await world.service('same-words');
  const serving = latestReadyRevision.split('/').at(-1);
  const { body } = await world.client.function(name);
  expect(all.release).toMatchObject({
    url: body.url,
    revision: serving,
    traffic: JSON.stringify([{ revision: serving, percent: 100 }]),
    exposure: 'private',
  });
  expect(body.url).not.toBe(body.serviceConfig.uri);
  const values = new Map<string, Set<string>>();
  for (const outputs of Object.values(all))
    for (const [output, value] of Object.entries(outputs))
      if (!['reason', 'report', 'outcome'].includes(output))
        values.set(output, (values.get(output) ?? new Set()).add(value));
  expect([...values].filter(([, seen]) => seen.size > 1).map(([output, seen]) => [output, ...seen])).toEqual(
    [],
  );
  expect(all.rollback.serving_revision).toBe(serving);
  expect(all.deploy).toMatchObject({
    name: body.name,
    service: body.serviceConfig.service,
    unchanged: 'true',
  });
}, 300_000);
