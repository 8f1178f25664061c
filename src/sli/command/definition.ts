import { definitions } from '../../domain/inputs/definition.ts';
import { choice, duration, list, text, wholeSeconds } from '../../domain/inputs/kinds.ts';
import { programLine, variableName } from '../../domain/inputs/program.ts';
import { slug } from '../../domain/product.ts';
import type { InputProblem } from '../../domain/report/input-problem.ts';
import { defineSource } from '../definition.ts';

const inputs = definitions({
  counts_command: {
    kind: programLine,
    sentence:
      'A program of yours that prints how many requests there were, and its arguments, for any other monitoring system. It starts in the workspace. No shell runs: quotes work, variables do not.',
    example: 'python3 tools/counts.py',
    otherwise: 'none',
  },
  counts_scope: {
    kind: choice(['revision', 'service']),
    sentence:
      'What `counts_command` can tell apart: each `revision`, or only the whole `service`, which needs `canary: 100`.',
    example: 'service',
    default: 'revision',
  },
  counts_key: {
    kind: text({ expected: 'a key', maxLength: 8000 }),
    sentence: 'A key of the monitoring system, from a secret. `counts_command` gets it as `COUNT_KEY`.',
    example: '(a secret)',
    otherwise: 'none',
    secret: true,
  },
  counts_env: {
    kind: list(variableName),
    sentence:
      'Names of further environment variables of the job that `counts_command` gets. Without it the program gets the usual ones, such as `PATH` and `HOME`, and no token of the job.',
    example: 'MONITORING_URL',
    default: '',
  },
  counts_step: {
    kind: wholeSeconds('1s', '15m'),
    sentence:
      'The shortest stretch of time that `counts_command` can count by itself, as its monitoring system keeps it. It is asked for whole ones.',
    example: '10s',
    default: '1m',
  },
  counts_timeout: {
    kind: duration('1s', '2m'),
    sentence: 'How long one run of `counts_command` may take.',
    example: '60s',
    default: '30s',
  },
  counts_isolation: {
    kind: choice(['auto', 'required', 'none']),
    sentence:
      'Whether `counts_command` is kept away from the tokens in the other processes of the job. `auto` isolates it if the runner can, and warns if not. `required` fails if not. `none` runs it like any other step.',
    example: 'required',
    default: 'auto',
  },
});

export const command = defineSource({
  sentence: 'a program of yours',
  inputs,
  settings: (values) => ({
    argv: values.counts_command,
    isWhole: values.counts_scope === 'service',
    key: values.counts_key,
    inherit: values.counts_env,
    stepMs: values.counts_step * 1000,
    deadlineMs: values.counts_timeout * 1000,
    isolation: values.counts_isolation,
  }),
  isMeant: ({ argv }) => argv !== undefined,
  problems({ argv, isWhole }, { split, probes }) {
    const found: InputProblem[] = [];
    if (argv === undefined)
      found.push({
        inputs: ['counts_command'],
        problem: 'missing: expected a program and its arguments',
      });
    if (isWhole && split)
      found.push({
        inputs: ['counts_scope', 'canary'],
        problem:
          'counts of the whole service cannot judge a part of the users: expected canary: 100, or a program that counts each revision',
      });
    if (isWhole && probes)
      found.push({
        inputs: ['probes_per_minute'],
        problem: `counts of the whole service would count test requests as users, so expected none of them, or a program that counts each revision and leaves out the user agent ${slug}`,
      });
    return found;
  },
  async open({ clock, log, runProgram }, { argv = [], ...settings }) {
    const { createCommand } = await import('./source.ts');
    return createCommand({ settings: { argv, ...settings }, clock, log, runProgram });
  },
});
