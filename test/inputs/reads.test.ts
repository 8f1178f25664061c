import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readAuthRequest } from '../../src/actions/auth/inputs.ts';
import { readCapacity } from '../../src/actions/capacity/inputs.ts';
import { readCheck } from '../../src/actions/check/inputs.ts';
import { readDeployInputs } from '../../src/actions/deploy/inputs.ts';
import { readDoctor } from '../../src/actions/doctor/inputs.ts';
import { readDrill } from '../../src/actions/drill/inputs.ts';
import { readGateway } from '../../src/actions/gateway/inputs.ts';
import { readGuard } from '../../src/actions/guard/inputs.ts';
import { readLogs } from '../../src/actions/logs/inputs.ts';
import { readModel } from '../../src/actions/model/read.ts';
import { readPipeline } from '../../src/actions/pipeline/inputs.ts';
import { readPostureInputs } from '../../src/actions/posture/inputs.ts';
import { readRelease } from '../../src/actions/release/inputs.ts';
import { readRollback } from '../../src/actions/rollback/inputs.ts';
import { readSlo } from '../../src/actions/slo/inputs.ts';
import { readSmokeTest } from '../../src/actions/smoke-test/inputs.ts';
import { readWatch } from '../../src/actions/watch/request.ts';
import type { InputProblem } from '../../src/domain/report/input-problem.ts';
import type { ActionName } from '../../src/domain/report/report.ts';
import { InputReader } from '../../src/inputs/reader.ts';

import type { Context } from '../../src/runner/context.ts';

/**
 * Each action reads every input that it declares, and types keep it from reading any other. The reader records each read, so a name that
 * only occurs in a file does not count.
 */

const provider = 'projects/1/locations/global/workloadIdentityPools/p/providers/q';

const readers: Record<ActionName, (context: Context) => unknown> = {
  release: readRelease,
  auth: readAuthRequest,
  deploy: readDeployInputs,
  doctor: readDoctor,
  guard: readGuard,
  posture: readPostureInputs,
  gateway: readGateway,
  check: readCheck,
  slo: readSlo,
  capacity: readCapacity,
  'smoke-test': readSmokeTest,
  watch: readWatch,
  rollback: readRollback,
  logs: readLogs,
  pipeline: readPipeline,
  model: readModel,
  drill: readDrill,
};

/** Declared so that GitHub shows it. The reader itself handles it before the action reads anything. */
const readerOwns = [
  'summary',
  'comment',
  'comment_section',
  'credentials_json',
  'notify',
  'logs',
  'log_text',
];
/** Only one value is valid, so the action has nothing to read. */
const fixed = ['environment'];

async function unreadOf(
  action: ActionName,
  given: Record<string, string>,
  also: string[] = [],
): Promise<string[]> {
  const env: Record<string, string> = {
    GITHUB_WORKSPACE: join(import.meta.dirname, '../../examples/workflows'),
  };
  for (const [name, value] of Object.entries(given)) env[`INPUT_${name.toUpperCase()}`] = value;
  const inputs = new InputReader(env);
  const context = {
    inputs,
    env,
    clock: { now: () => 1_000_000, steady: () => 1_000_000, sleep: async () => {} },
  } as unknown as Context;
  await readers[action](context);
  inputs.done();
  return inputs.unread.filter((name) => ![...readerOwns, ...fixed, ...also].includes(name));
}

const login = { workload_identity_provider: provider, project_id: 'my-project' };
const where = { ...login, name: 'ocr', region: 'us-central1' };
/** The registry of the model decides which of its inputs are read. */
const withModel = { ...where, model: 'mlflow://mlflow.example.com/ocr@candidate' };

test.each<[ActionName, Record<string, string>, string[]]>([
  ['release', withModel, []],
  ['auth', { workload_identity_provider: provider }, []],
  // Only the comment needs the token, and the runner writes that.
  ['deploy', withModel, ['github_token']],
  ['guard', where, ['github_token']],
  ['gateway', { ...where, openapi: 'openapi.yaml', api: 'ocr' }, ['github_token']],
  ['smoke-test', where, ['github_token']],
  // The action reads `replay` first, before the inputs of a live watch.
  ['watch', { ...where, slo: '99%' }, ['replay']],
  ['rollback', { ...withModel, deployment_record: 'true' }, []],
  ['logs', where, []],
  ['model', withModel, []],
  [
    'pipeline',
    { ...login, pipeline_file: 'pipeline.yaml', pipeline_service_account: 'a@b-c.iam.gserviceaccount.com' },
    [],
  ],
])('%s reads every input that it declares', async (action, given, also) => {
  expect(await unreadOf(action, given, also)).toEqual([]);
});

describe('a missing input is named', () => {
  test.each<[ActionName, string[]]>([
    ['release', ['name', 'project_id', 'workload_identity_provider']],
    ['watch', ['name', 'slo', 'project_id', 'workload_identity_provider']],
    ['guard', ['name', 'project_id', 'workload_identity_provider']],
    ['model', ['model', 'name', 'project_id', 'workload_identity_provider']],
    ['auth', ['workload_identity_provider']],
  ])('%s: %j', async (action, names) => {
    try {
      await unreadOf(action, {});
    } catch (error) {
      const { problems } = (error as { evidence: { problems: InputProblem[] } }).evidence;
      expect(problems.flatMap(({ inputs }) => inputs).sort()).toEqual([...names].sort());
      return;
    }
    throw new Error('nothing was missing');
  });
});

test('budget_window counts even if no objective is set (trial 1.13)', async () => {
  const env = { INPUT_NAME: 'ocr', INPUT_PROJECT_ID: 'my-project', INPUT_BUDGET_WINDOW: '7d' };
  const inputs = new InputReader(env);
  expect((await readRelease({ inputs, env })).slo.windowSeconds).toBe(7 * 86_400);
});

test('after a login step, service_account of the release is the account of the function', async () => {
  const email = 'ocr@my-project.iam.gserviceaccount.com';
  const env = { INPUT_NAME: 'ocr', INPUT_PROJECT_ID: 'my-project', INPUT_SERVICE_ACCOUNT: email };
  const { login: request, stages } = await readRelease({ inputs: new InputReader(env), env });
  expect(request.serviceAccount).toBeUndefined();
  expect(stages.deploy.settings.get('serviceConfig.serviceAccountEmail')).toBe(email);
});

test('slo: none beside an objective is refused', async () => {
  const env = { INPUT_NAME: 'ocr', INPUT_SLO: 'none', INPUT_SLO_FILE: 'x.yaml' };
  const inputs = new InputReader(env);
  await readRelease({ inputs, env });
  expect(() => inputs.done()).toThrow('expected either none or slo_file, not both');
});
