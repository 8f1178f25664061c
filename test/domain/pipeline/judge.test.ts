import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { jobId, requestToken } from '../../../src/domain/pipeline/identity.ts';
import { judgeJob, modelOf } from '../../../src/domain/pipeline/judge.ts';
import {
  judgeRequirement,
  parseRequirements,
  type Requirement,
} from '../../../src/domain/pipeline/requirement.ts';
import { tailFilter, tailLines } from '../../../src/domain/pipeline/tail.ts';
import type { JobFact, JobState, TaskFact, TaskState } from '../../../src/domain/pipeline/types.ts';

const task = (name: string, state: TaskState, more: Partial<TaskFact> = {}): TaskFact => ({
  ...{ id: `${name} ${state}`, name, state, word: state.toUpperCase(), metrics: {}, models: [], ...more },
});
const job = (state: JobState, tasks: TaskFact[]): JobFact => ({
  ...{ name: 'j', state, word: state.toUpperCase(), page: 'https://example.com', tasks },
});
const judge = (
  state: JobState,
  tasks: TaskFact[],
  mustRun: readonly string[] | 'training' | 'none' = 'training',
) => judgeJob(job(state, tasks), { mustRun, requirements: [] });

describe('a job', () => {
  test('passes only if it succeeded and its training ran', () => {
    const states: JobState[] = [
      ...([
        'waiting',
        'running',
        'stopping',
        'paused',
        'succeeded',
        'failed',
        'partly_failed',
        'cancelled',
      ] as const),
    ];
    const trainings: TaskState[] = [
      ...([
        'waiting',
        'running',
        'stopping',
        'succeeded',
        'failed',
        'cancelled',
        'cached',
        'not_triggered',
      ] as const),
    ];
    for (const state of states)
      for (const training of trainings) {
        const { verdict } = judge(state, [task('prepare', 'cached'), task('train', training)]);
        expect([state, training, verdict]).toEqual([
          state,
          training,
          state === 'succeeded' && training === 'succeeded' ? 'pass' : 'fail',
        ]);
      }
  });

  test.each<[string, TaskFact[], readonly string[] | 'training' | 'none', 'pass' | 'fail']>([
    ['every name of a training', [task('finetune-ko', 'cached'), task('x', 'succeeded')], 'training', 'fail'],
    ['retraining', [task('retrain', 'cached')], 'training', 'fail'],
    ['a name in one word', [task('ModelTrainer', 'cached'), task('x', 'succeeded')], 'training', 'fail'],
    ['a name for people', [task('Fine tune (v2)', 'cached')], ['Fine tune (v2)'], 'fail'],
    [
      'a word that only contains it',
      [task('constraint', 'cached'), task('x', 'succeeded')],
      'training',
      'pass',
    ],
    [
      'no training, all from the cache',
      [task('a', 'cached'), task('b', 'not_triggered')],
      'training',
      'fail',
    ],
    ['no training, one ran', [task('a', 'cached'), task('b', 'succeeded')], 'training', 'pass'],
    [
      'a group does not count as having run',
      [task('loop', 'succeeded', { isGroup: true }), task('a', 'cached')],
      'training',
      'fail',
    ],
    [
      'one of a loop from the cache',
      [task('train', 'succeeded'), task('train', 'cached')],
      'training',
      'fail',
    ],
    ['none has to', [task('train', 'cached')], 'none', 'pass'],
    ['a task that is not there', [task('train', 'succeeded')], ['evaluate'], 'fail'],
    ['the named task', [task('train', 'cached'), task('evaluate', 'succeeded')], ['evaluate'], 'pass'],
  ])('%s', (_, tasks, mustRun, verdict) => {
    expect(judge('succeeded', tasks, mustRun).verdict).toBe(verdict);
  });

  test('a failed task speaks before the groups around it', () => {
    const tasks = [
      task('nested', 'failed', { isGroup: true, error: 'The DAG failed.' }),
      task('train', 'failed', { error: 'out of memory.' }),
    ];
    expect(judge('failed', tasks).reason).toBe('The job failed. train: out of memory.');
  });
});

describe('requirements', () => {
  const one = (text: string) => parseRequirements(text)[0] as Requirement;
  const measured = (value: number) => [{ name: 'evaluate', metrics: { cer: value } }];

  test('a kept bar and a missed one, for every sign and every number', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(number, number, (value, bar) => {
        for (const [sign, holds] of [
          ['<=', value <= bar],
          ['>=', value >= bar],
          ['<', value < bar],
          ['>', value > bar],
          ['==', value === bar],
        ] as const) {
          const { is } = judgeRequirement(one(`evaluate.cer ${sign} ${bar}`), measured(value), 'none');
          expect([value, sign, bar, is]).toEqual([value, sign, bar, holds ? 'kept' : 'missed']);
        }
      }),
      { numRuns: 300, seed: 20261130 },
    );
  });

  test.each<[string, readonly { name: string; metrics: Record<string, number> }[], string]>([
    ['evaluate.cer <= champion', measured(0.02), 'kept'],
    ['evaluate.cer < champion', measured(0.03), 'missed'],
    ['evaluate.cer <= champion + 0.01', measured(0.04), 'kept'],
    ['evaluate.cer <= champion - 0.01', measured(0.025), 'missed'],
    ['evaluate.cer <= champion', measured(Number.NaN), 'unknown'],
    ['evaluate.cer <= champion', measured(Number.POSITIVE_INFINITY), 'unknown'],
    ['evaluate.wer <= champion', measured(0.01), 'unknown'],
    ['train.cer <= champion', measured(0.01), 'unknown'],
    ['evaluate.cer <= 0.03', [...measured(0.01), ...measured(0.05)], 'missed'],
  ])('%s', (text, tasks, is) => {
    expect(judgeRequirement(one(text), tasks, measured(0.03)).is).toBe(is);
  });

  test('a champion without the metric, or with two, is no bar', () => {
    for (const champion of [[], measured(Number.NaN), [...measured(0.1), ...measured(0.2)]])
      expect(judgeRequirement(one('evaluate.cer <= champion'), measured(0), champion).is).toBe('unknown');
    expect(judgeRequirement(one('evaluate.cer <= champion'), measured(0), 'none').is).toBe('skipped');
  });

  test.each([
    'evaluate <= 1',
    'evaluate.cer = 1',
    'evaluate.cer <= champion * 2',
    'cer',
    'a.b <= 1 or 2',
    'a=b.c < 1',
  ])('%s is no requirement', (text) => expect(() => parseRequirements(text)).toThrow(/^expected lines/));

  test('a task and a metric may have names for people', () => {
    expect(parseRequirements('Evaluate the model (v2).F1 score >= 0.9')).toMatchObject([
      { task: 'Evaluate the model (v2)', metric: 'F1 score', sign: '>=', bar: 0.9 },
    ]);
  });

  test('comments and empty lines are left out, and names of SageMaker are taken', () => {
    expect(parseRequirements('# bars\n\n Train.validation:cer<=3e-2 \n')).toEqual([
      {
        text: 'Train.validation:cer<=3e-2',
        task: 'Train',
        metric: 'validation:cer',
        sign: '<=',
        bar: 0.03,
        ofChampion: false,
      },
    ]);
  });
});

test('ids are what the products take, and differ with the number of the job', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 100 }), (name, nth) => {
      const digest = 'a1'.repeat(32);
      expect(jobId(name, digest, nth)).toMatch(/^[a-z][-a-z0-9]{0,127}$/);
      expect(requestToken(digest, nth).length).toBeGreaterThanOrEqual(32);
      expect(jobId(name, digest, nth)).not.toBe(jobId(name, digest, nth + 1));
    }),
    { numRuns: 300, seed: 20261130 },
  );
});

describe('the model', () => {
  const registered = {
    output: 'model',
    name: 'projects/p/locations/l/models/7',
    version: '2',
    uri: 'gs://b/m',
  };
  const file = { output: 'model', uri: 'gs://b/m' };
  test('one of a registry says more than the file that it was made from', () => {
    const tasks = [
      task('train', 'succeeded', { models: [file] }),
      task('upload', 'succeeded', { models: [registered] }),
    ];
    expect(modelOf(tasks, undefined)).toEqual(registered);
    expect(modelOf(tasks, 'train')).toEqual(file);
    expect(modelOf(tasks, 'train.other')).toBeUndefined();
  });
  test('two of a kind are not chosen between', () => {
    const tasks = [
      task('a', 'succeeded', { models: [file] }),
      task('b', 'succeeded', { models: [{ output: 'model', uri: 'gs://b/n' }] }),
    ];
    expect(modelOf(tasks, undefined)).toEqual({ several: ['a.model', 'b.model'] });
    expect(modelOf(tasks, 'b.model')).toMatchObject({ uri: 'gs://b/n' });
  });
});

describe('the end of a log', () => {
  const shown = { text: true, redact: (text: string) => text.replaceAll('hunter2', '***') };
  const entries = [
    { timestamp: '2026-11-30T10:00:02Z', jsonPayload: { message: 'ValueError: no pair' } },
    {
      timestamp: '2026-11-30T10:00:01Z',
      textPayload: 'Traceback (most recent call last):\n  File "/app/train.py", line 7, in <module>',
    },
    { timestamp: '2026-11-30T10:00:00Z', textPayload: 'password=hunter2 ::error::x' },
    { jsonPayload: { other: 1 } },
  ];
  test('is in the order of time, without secrets, and without commands for the runner', () => {
    const lines = tailLines(entries, shown);
    expect(lines.at(-1)).toBe('ValueError: no pair');
    expect(lines.join('\n')).not.toMatch(/hunter2|::error/);
  });
  test('shows type and place alone where everybody can read it', () => {
    expect(tailLines(entries, { ...shown, text: false })).toEqual(['ValueError at train.py:7']);
  });
  test.each(['projects/p/locations/l/customJobs/1" OR "', 'x', ''])(
    '%j is no job, so no filter is made',
    (name) => {
      expect(tailFilter(name)).toBeUndefined();
    },
  );
});
