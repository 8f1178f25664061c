import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type PipelineWorld, pipelineWorld, type Ran } from '../../support/pipeline-world.ts';

jest.setTimeout(300_000);
let w: PipelineWorld;
let runId = 100;
beforeAll(async () => {
  w = await pipelineWorld();
});
afterAll(() => w?.stop());

const good = (cer: number) => ({
  evaluate: { metadata: { metrics: { cer, letters: 4000 } }, returns: { Output: cer } },
  train: { metadata: { model: { rules: 12 } } },
});
let env: Record<string, string>;
beforeEach(() => {
  w.tasks(good(0.021));
  w.sandbox.world.faults.clear();
  env = { GITHUB_RUN_ID: String(runId++) };
});
const created = () => w.state.created.length;
const verdictOf = ({ report }: Ran) => [report.verdict, report.reason];

describe('a job that ends well', () => {
  test('is submitted once, told task by task, and hands over the model', async () => {
    const before = created();
    const ran = await w.run({ require: 'evaluate.cer <= 0.03' }, { env });
    expect(verdictOf(ran)).toEqual([
      'pass',
      'The job succeeded: 3 tasks ran, and 1 of 1 requirements is kept.',
    ]);
    expect(created()).toBe(before + 1);
    const log = ran.lines.join('\n');
    for (const task of ['prepare', 'train', 'evaluate'])
      expect(log).toMatch(new RegExp(`${task}: (\\w+ -> )?SUCCEEDED`));
    expect(ran.outputs?.model_uri).toMatch(/^gs:\/\/models\/runs\/.*\/model$/);
    expect(ran.outputs?.state).toBe('SUCCEEDED');
    expect(JSON.parse(String(ran.outputs?.metrics))).toContainEqual({
      task: 'evaluate',
      name: 'cer',
      value: 0.021,
    });
    const body = w.state.jobs.get(w.state.created.at(-1) ?? '')?.body;
    expect(body).toMatchObject({
      serviceAccount: 'trainer@sandbox-project.iam.gserviceaccount.com',
      runtimeConfig: {
        failurePolicy: 'PIPELINE_FAILURE_POLICY_FAIL_FAST',
        parameterValues: { pairs: 'gs://data/pairs.tsv', holdout: 0.2, least: 3 },
      },
    });
  });

  test.each([
    ['the bar', 'evaluate.cer <= 0.02', 'evaluate.cer <= 0.02 is missed: measured 0.021, the bar is 0.02.'],
    [
      'a metric that is not there',
      'evaluate.cerr <= 0.02',
      'evaluate.cerr <= 0.02 cannot be judged: evaluate reported cer, letters, Output (did you mean cer?).',
    ],
    [
      'a metric of a task without any',
      'train.loss < 1',
      'train.loss < 1 cannot be judged: train reported no metric.',
    ],
  ])('fails by %s', async (_, require, reason) => {
    expect(verdictOf(await w.run({ require }, { env }))).toEqual(['fail', reason]);
  });

  test('is compared with the job that made the champion', async () => {
    const champion = String((await w.run({}, { env })).outputs?.job);
    w.tasks(good(0.025));
    const again = { ...env, GITHUB_RUN_ID: `${env.GITHUB_RUN_ID}9` };
    const inputs = { champion_job: champion, caching: 'off' };
    expect(
      verdictOf(await w.run({ ...inputs, require: 'evaluate.cer <= champion' }, { env: again })),
    ).toEqual(['fail', 'evaluate.cer <= champion is missed: measured 0.025, the bar is 0.021.']);
    const near = await w.run({ ...inputs, require: 'evaluate.cer <= champion + 0.005' }, { env: again });
    expect(near.report.verdict).toBe('pass');
    const first = await w.run(
      { caching: 'off', champion_job: 'none', require: 'evaluate.cer <= champion' },
      { env: again },
    );
    expect(first.report.verdict).toBe('pass');
    expect(first.report.evidence.pipeline?.requirements).toMatchObject([{ is: 'skipped' }]);
  });

  test('a champion that is gone stops the run before anything is paid for', async () => {
    const before = created();
    const champion = `projects/${w.sandbox.project}/locations/us-central1/pipelineJobs/gone`;
    await expect(
      w.run({ champion_job: champion, require: 'evaluate.cer <= champion' }, { env }),
    ).rejects.toThrow(/does not exist/);
    expect(created()).toBe(before);
  });
});

describe('what is no success', () => {
  test('a failed task: its own error, and the end of its log without secrets', async () => {
    w.tasks({
      ...good(0.02),
      train: {
        fails: { code: 9, message: 'The replica workerpool0-0 exited with a non-zero status of 1.' },
        log: ['loading', 'token=ghp_abcdefghijklmnopqrstuvwxyz0123456789', 'ValueError: no pair is left'],
      },
    });
    const ran = await w.run({}, { env });
    expect(verdictOf(ran)).toEqual([
      'fail',
      'The job failed. train: The replica workerpool0-0 exited with a non-zero status of 1.',
    ]);
    const log = ran.lines.join('\n');
    expect(log).toContain('ValueError: no pair is left');
    expect(log).not.toContain('ghp_abc');
    expect(ran.outputs?.model_uri).toBeUndefined();
    const shut = await w.run({ log_text: 'false' }, { env });
    expect(shut.lines.join('\n')).not.toContain('no pair is left');
    expect(shut.lines.join('\n')).toContain('ValueError');
  });

  test('a training from the cache', async () => {
    await w.run({ caching: 'on' }, { env });
    const again = { GITHUB_RUN_ID: `${env.GITHUB_RUN_ID}7` };
    const ran = await w.run({ caching: 'on' }, { env: again });
    expect(verdictOf(ran)).toEqual([
      'fail',
      'train was taken from the cache of an earlier job, so it did not run in this job.',
    ]);
    const meant = await w.run({ caching: 'on', must_run: 'none' }, { env: again });
    expect(meant.report.verdict).toBe('pass');
  });

  test('a training that is never triggered', async () => {
    w.tasks({ ...good(0.02), train: { notTriggered: true } });
    expect(verdictOf(await w.run({}, { env }))).toEqual([
      'fail',
      'train was never triggered, so it did not run in this job.',
    ]);
  });

  test('a job that somebody cancelled', async () => {
    w.state.usual = 60_000;
    const ran = await w.run(
      { caching: 'off' },
      {
        env,
        onLine: (line) => {
          const job = w.state.jobs.get(w.state.created.at(-1) ?? '');
          if (line.includes('prepare: RUNNING') && job) job.cancelledAt = w.sandbox.world.now();
        },
      },
    );
    w.state.usual = 1000;
    expect(verdictOf(ran)).toEqual(['fail', 'The job was cancelled. The PipelineJob was cancelled.']);
  });

  test('a job that is still running when the time is over goes on', async () => {
    w.state.usual = 3_600_000;
    const ran = await w.run({ pipeline_timeout: '10m' }, { env });
    w.state.usual = 1000;
    expect(ran.report.verdict).toBe('inconclusive');
    expect(ran.report.reason).toMatch(/still RUNNING after 10m.* goes on/);
    expect(w.state.jobs.get(w.state.created.at(-1) ?? '')?.cancelledAt).toBeUndefined();
  });
});

describe('one job, however often the step starts', () => {
  test('a second start of the same run joins', async () => {
    const before = created();
    const first = await w.run({ mode: 'submit' }, { env });
    const second = await w.run({ mode: 'submit' }, { env });
    expect([first.outputs?.job, created()]).toEqual([second.outputs?.job, before + 1]);
    expect(second.report.evidence.pipeline?.joined).toBe(true);
    const waited = await w.run(
      {
        ...{ mode: 'wait', pipeline_job: String(first.outputs?.job), pipeline_file: '', parameters: '' },
        require: 'evaluate.cer <= 0.03',
      },
      { env },
    );
    expect([waited.report.verdict, waited.outputs?.state]).toEqual(['pass', 'SUCCEEDED']);
  });

  test('a later attempt joins a job that goes on, and replaces one that failed', async () => {
    w.tasks({ train: { fails: { code: 9, message: 'no' } } });
    const before = created();
    await w.run({}, { env });
    expect((await w.run({}, { env })).report.verdict).toBe('fail');
    expect(created()).toBe(before + 1);
    w.tasks(good(0.02));
    const second = { ...env, GITHUB_RUN_ATTEMPT: '2' };
    expect((await w.run({}, { env: second })).report.verdict).toBe('pass');
    expect((await w.run({}, { env: { ...env, GITHUB_RUN_ATTEMPT: '3' } })).report.verdict).toBe('pass');
    expect(created()).toBe(before + 2);
  });

  test('another value, another run and another commit: two jobs, one more, and no more', async () => {
    const before = created();
    await w.run({ mode: 'submit' }, { env });
    await w.run({ mode: 'submit', parameters: 'pairs=gs://data/pairs.tsv\nleast=3.0' }, { env });
    await w.run({ mode: 'submit' }, { env: { ...env, GITHUB_SHA: 'a'.repeat(40) } });
    expect(created()).toBe(before + 1);
    await w.run({ mode: 'submit', parameters: 'pairs=gs://data/pairs.tsv\nleast=4' }, { env });
    await w.run({ mode: 'submit' }, { env: { GITHUB_RUN_ID: `${env.GITHUB_RUN_ID}5` } });
    expect(created()).toBe(before + 3);
  });

  test('killed after each call: the next start has one job, and the same end', async () => {
    const { faults } = w.sandbox.world;
    const original = faults.next;
    let kills = 0;
    for (let nth = 1; nth < 40; nth++) {
      const own = { GITHUB_RUN_ID: `${env.GITHUB_RUN_ID}00${nth}` };
      const before = created();
      let seen = 0;
      faults.next = (api, method, path, now) => {
        if (!['aiplatform', 'sts', 'iamcredentials', 'oidc'].includes(api) || ++seen < nth)
          return original.call(faults, api, method, path, now);
        // It takes effect, and nothing that comes after it is ever answered.
        return { reset: seen === nth ? 'after' : 'before' } as ReturnType<typeof original>;
      };
      const dead = await w.run({}, { env: own }).catch((error: unknown) => error);
      faults.next = original;
      const isWhole = seen < nth;
      if (!isWhole) {
        kills++;
        expect(dead).toBeInstanceOf(Error);
      }
      const ran = await w.run({}, { env: own });
      expect([nth, ran.report.verdict, created() - before]).toEqual([nth, 'pass', 1]);
      if (isWhole) break;
    }
    expect(kills).toBeGreaterThan(6);
  });
});

test('a wait of six hours outlives every token', async () => {
  w.state.usual = 2 * 3_600_000;
  const { world } = w.sandbox;
  const began = world.now();
  const calls = world.requests.length;
  const ran = await w.run({ pipeline_timeout: '7h', caching: 'off' }, { env });
  w.state.usual = 1000;
  expect(ran.report.verdict).toBe('pass');
  expect(world.now() - began).toBeGreaterThan(6 * 3_600_000);
  const logins = world.requests
    .slice(calls)
    .filter(({ path }) => path.includes('generateAccessToken') || path.includes('/v1/token'));
  expect(logins.length).toBeGreaterThan(10);
  expect(world.requests.slice(calls).filter(({ status }) => status === 401)).toEqual([]);
});

describe('cancelling the run', () => {
  const abortAt = (pattern: RegExp) => {
    const abort = new AbortController();
    return {
      signal: abort.signal,
      onLine: (line: string) => {
        if (pattern.test(line)) abort.abort(new Error('cancelled'));
      },
    };
  };
  beforeEach(() => {
    w.state.usual = 600_000;
  });
  afterAll(() => {
    w.state.usual = 1000;
  });
  const job = () => w.state.jobs.get(w.state.created.at(-1) ?? '');

  test('cancels the job', async () => {
    await expect(w.run({ caching: 'off' }, { env, ...abortAt(/prepare: RUNNING/) })).rejects.toThrow(
      'cancelled',
    );
    expect(job()?.cancelledAt).toBeDefined();
  });

  test('leaves it if that was asked for', async () => {
    const inputs = { on_cancel: 'leave', caching: 'off' };
    await expect(w.run(inputs, { env, ...abortAt(/prepare: RUNNING/) })).rejects.toThrow('cancelled');
    expect(job()?.cancelledAt).toBeUndefined();
  });

  test('the post step cancels what a killed step could not, and nothing else', async () => {
    const { outputs } = await w.run({ mode: 'submit' }, { env });
    const name = String(outputs?.job);
    const over = await w.run(
      {},
      {
        env,
        post: new Map([
          ['pipeline_job', name],
          ['pipeline_over', 'true'],
        ]),
      },
    );
    expect([over.report.reason, job()?.cancelledAt]).toEqual(['Nothing to cancel.', undefined]);
    const ran = await w.run({}, { env, post: new Map([['pipeline_job', name]]) });
    expect(ran.report.reason).toBe(`Cancelled: ${name}.`);
    expect(job()?.cancelledAt).toBeDefined();
  });
});
