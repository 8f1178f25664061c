import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startCloudWatch } from '../../../sandbox/monitors/cloudwatch.ts';
import type { PipelinePlan } from '../../../sandbox/monitors/sagemaker.ts';
import { type PipelineWorld, pipelineWorld } from '../../support/pipeline-world.ts';

/** Pipelines of SageMaker, with GitHub's token for a role whose session is limited to them, and every signature checked. */

jest.setTimeout(300_000);
const region = 'eu-central-1';
let w: PipelineWorld;
let aws: Awaited<ReturnType<typeof startCloudWatch>>;
let role: string;
let runId = 900;
let env: Record<string, string>;
beforeAll(async () => {
  w = await pipelineWorld();
  aws = await startCloudWatch({ region, now: () => w.sandbox.world.now() });
  const issuer = w.sandbox.world.urls.get('oidc') ?? '';
  aws.identity.providers.set(issuer, ['sts.amazonaws.com']);
  role = aws.identity.addRole('trainer', 'repo:acme/ocr:*', ['sagemaker:*'], issuer).arn;
});
afterAll(async () => {
  await aws?.close();
  await w?.stop();
});

const plan = (more: Partial<PipelinePlan> = {}): PipelinePlan => ({
  parameters: { Epochs: '3', Data: null },
  steps: [
    { name: 'Prepare', kind: 'Processing' },
    { name: 'Train', kind: 'Training', metrics: { 'validation:cer': 0.021 } },
    { name: 'Register', kind: 'RegisterModel' },
  ],
  ...more,
});
const withTrain = (train: object): Partial<PipelinePlan> => ({
  steps: plan().steps.map((step) => (step.name === 'Train' ? { ...step, ...train } : step)),
});
beforeEach(() => {
  env = { GITHUB_RUN_ID: String(runId++), AWS_ENDPOINT_URL: aws.url };
  aws.sagemaker.pipelines.set('ocr-correction', plan());
  aws.troubles.length = 0;
});
const run = (inputs: Record<string, string> = {}, more: Parameters<PipelineWorld['run']>[1] = {}) =>
  w.run(
    {
      ...{ provider: 'sagemaker', pipeline_name: 'ocr-correction', parameters: 'Data=s3://data/pairs' },
      ...{ pipeline_file: '', pipeline_root: '', pipeline_service_account: '', project_id: '' },
      ...{ workload_identity_provider: '', service_account: '' },
      ...{ sagemaker_region: region, sagemaker_role: role, ...inputs },
    },
    { ...more, env: { ...env, ...more.env } },
  );
const started = () => aws.sagemaker.executions.size;

test('runs, is judged by the metrics of its training job, and hands over the model package', async () => {
  const before = started();
  const ran = await run({ require: 'Train.validation:cer <= 0.03' });
  expect([ran.report.verdict, ran.report.reason]).toEqual([
    'pass',
    'The job succeeded: 3 tasks ran, and 1 of 1 requirements is kept.',
  ]);
  expect(started()).toBe(before + 1);
  expect(ran.outputs?.model).toMatch(
    /^arn:aws:sagemaker:eu-central-1:123456789012:model-package\/ocr-correction\/\d+$/,
  );
  expect(ran.outputs?.model_version).toMatch(/^\d+$/);
  expect(ran.lines.join('\n')).toMatch(/Train: (Executing -> )?Succeeded/);
  const last = [...aws.sagemaker.executions.values()].at(-1);
  expect(last?.parameters).toEqual({ Data: 's3://data/pairs' });
});

test('the session may do nothing else than the calls of a pipeline', async () => {
  await run({ mode: 'submit' });
  const login = aws.calls.findLast(({ action }) => action === 'AssumeRoleWithWebIdentity');
  expect(JSON.parse(String(login?.body.Policy)).Statement).toEqual([
    {
      Effect: 'Allow',
      Action: [
        'sagemaker:StartPipelineExecution',
        'sagemaker:DescribePipelineExecution',
        'sagemaker:ListPipelineExecutionSteps',
        'sagemaker:StopPipelineExecution',
        'sagemaker:DescribeTrainingJob',
        'logs:DescribeLogStreams',
        'logs:GetLogEvents',
      ],
      Resource: '*',
    },
  ]);
});

describe('what is no success', () => {
  test.each<[string, Partial<PipelinePlan>, RegExp]>([
    [
      'a failed step',
      withTrain({ fails: 'AlgorithmError: no pair' }),
      /^The job failed\. Train: AlgorithmError: no pair\.$/,
    ],
    [
      'CompletedWithFailures',
      { ...withTrain({ fails: 'AlgorithmError' }), goesOn: true },
      /^A part of the job failed \(CompletedWithFailures\)\. Train: AlgorithmError\.$/,
    ],
    ['a training from the cache', withTrain({ cached: true }), /^Train was taken from the cache/],
  ])('%s', async (_, more, reason) => {
    aws.sagemaker.pipelines.set('ocr-correction', plan(more));
    const ran = await run();
    expect(ran.report.verdict).toBe('fail');
    expect(ran.report.reason).toMatch(reason);
    expect(ran.outputs?.model).toBeUndefined();
  });

  test.each(['Train', 'Prepare'])(
    'the log of the step %s that failed ends the log of this one',
    async (name) => {
      const may = ['sagemaker:*', 'logs:*'];
      const issuer = w.sandbox.world.urls.get('oidc') ?? '';
      const reader = aws.identity.addRole(`reads-${name}`, 'repo:acme/ocr:*', may, issuer).arn;
      const log = ['epoch 1', 'Traceback (most recent call last):', 'ValueError: no pair of kim@example.com'];
      const steps = plan().steps.map((step) =>
        step.name === name ? { ...step, log, fails: 'Error' } : step,
      );
      aws.sagemaker.pipelines.set('ocr-correction', plan({ steps }));
      const ran = await run({ sagemaker_role: reader });
      const text = ran.lines.join('\n');
      expect(text).toMatch(new RegExp(`The log of ${name} ends with:`));
      expect(text).toContain('ValueError');
      expect(text).not.toContain('kim@');
      expect(text).toMatch(/The whole log of \w+: https:\/\/eu-central-1\.console\S+\$3D[0-9a-f]{12}-\w+/);
    },
  );

  test('a role that may not read logs costs no verdict, and the page of the log is told', async () => {
    aws.sagemaker.pipelines.set('ocr-correction', plan(withTrain({ fails: 'no pair', log: ['x'] })));
    const ran = await run();
    expect(ran.report.reason).toMatch(/^The job failed\. Train: no pair\.$/);
    expect(ran.lines.join('\n')).toMatch(/The whole log of Train: https/);
  });

  test('somebody stopped it', async () => {
    const ran = await run(
      {},
      {
        onLine: (line) => {
          const last = [...aws.sagemaker.executions.values()].at(-1);
          if (/Prepare: Executing/.test(line) && last) last.stoppedAt = w.sandbox.world.now();
        },
      },
    );
    expect([ran.report.verdict, ran.report.reason]).toEqual(['fail', 'The job was cancelled.']);
  });
});

describe('one execution', () => {
  test('for every start of one run, and a new one after a failure in a later attempt', async () => {
    const before = started();
    const first = await run({ mode: 'submit' });
    const second = await run({ mode: 'submit' }, { env: { GITHUB_RUN_ATTEMPT: '2' } });
    expect([second.outputs?.job, started()]).toEqual([first.outputs?.job, before + 1]);
    aws.sagemaker.pipelines.set('ocr-correction', plan(withTrain({ fails: 'no' })));
    env.GITHUB_RUN_ID = 'x2';
    const failed = await run();
    aws.sagemaker.pipelines.set('ocr-correction', plan());
    const again = await run({}, { env: { GITHUB_RUN_ATTEMPT: '2' } });
    expect([failed.report.verdict, again.report.verdict, started()]).toEqual(['fail', 'pass', before + 3]);
  });

  test('a wait outlives the session of an hour', async () => {
    aws.sagemaker.pipelines.set(
      'ocr-correction',
      plan({ steps: plan().steps.map((step) => ({ ...step, milliseconds: 2 * 3_600_000 })) }),
    );
    const ran = await run({ pipeline_timeout: '7h' });
    expect(ran.report.verdict).toBe('pass');
    expect(aws.calls.filter(({ action }) => action === 'AssumeRoleWithWebIdentity').length).toBeGreaterThan(
      6,
    );
  });

  test('cancelled with the run', async () => {
    const abort = new AbortController();
    const onLine = (line: string) => {
      if (/Prepare: Executing/.test(line)) abort.abort(new Error('cancelled'));
    };
    await expect(run({}, { signal: abort.signal, onLine })).rejects.toThrow('cancelled');
    expect([...aws.sagemaker.executions.values()].at(-1)?.stoppedAt).toBeDefined();
  });

  test('a throttled and a broken answer are asked for again', async () => {
    aws.troubles.push('outage', 'throttle');
    const before = started();
    // The first start meets the outage, and the second answer is the throttle of its repetition.
    await run().catch(() => {});
    aws.troubles.length = 0;
    expect((await run()).report.verdict).toBe('pass');
    expect(started()).toBe(before + 1);
  });
});

describe('every call of a run meets every fault once, and then the step starts again: one execution, judged as ever', () => {
  test.each(['throttle', 'outage', 'lost', 'deny'] as const)('%s', async (trouble) => {
    for (const nth of [1, 2, 3, 4, 5, 6]) {
      env = { ...env, GITHUB_RUN_ID: String(runId++) };
      const before = started();
      aws.troubles.push(...Array.from({ length: nth - 1 }, () => 'none' as const), trouble);
      const first = await run({ require: 'Train.validation:cer <= 0.03' }).then(
        ({ report }) => report.verdict,
        (error: unknown) => error,
      );
      aws.troubles.length = 0;
      // A role that may not is no reason to ask again. Whatever else fails once is asked for again.
      if (trouble !== 'deny') expect([nth, first]).toEqual([nth, 'pass']);
      else if (first !== 'pass') expect(first).toBeInstanceOf(Error);
      const { report } = await run({ require: 'Train.validation:cer <= 0.03' });
      expect([nth, report.verdict, started() - before]).toEqual([nth, 'pass', 1]);
    }
  });
});

describe('what is refused', () => {
  test.each<[string, Record<string, string>, RegExp]>([
    ['a pipeline that is not there', { pipeline_name: 'gone' }, /ResourceNotFound.*does not exist/],
    ['a parameter that it does not have', { parameters: 'Data=x\nEpoch=3' }, /Unknown parameter 'Epoch'/],
    ['a file beside it', { pipeline_file: 'pipeline.yaml' }, /SageMaker keeps the pipeline itself/],
    ['no name', { pipeline_name: '' }, /pipeline_name/],
    [
      'a job of Vertex AI',
      { mode: 'wait', pipeline_job: 'projects/p/locations/l/pipelineJobs/j' },
      /a job of SageMaker/,
    ],
    ['no region', { sagemaker_region: '' }, /region of SageMaker is missing/],
  ])('%s', async (_, inputs, message) => {
    await expect(run(inputs)).rejects.toThrow(message);
  });

  test('a role that may not, with the policy that repairs it', async () => {
    const other = aws.identity.addRole(
      'poor',
      'repo:acme/ocr:*',
      ['sagemaker:Describe*'],
      w.sandbox.world.urls.get('oidc') ?? '',
    ).arn;
    const error = await run({ sagemaker_role: other }).catch(
      (one: unknown) => one as { fix?: string; commands?: string[] },
    );
    expect(error).toMatchObject({ code: 'permission-denied' });
    expect((error as { commands: string[] }).commands[0]).toContain('sagemaker:StartPipelineExecution');
  });
});
