import { regionPattern, rolePattern } from '../../aws/names.ts';
import { definitions } from '../../domain/inputs/definition.ts';
import { choice, duration, list, text } from '../../domain/inputs/kinds.ts';
import type { InputProblem } from '../../domain/report/input-problem.ts';
import { defineSource } from '../definition.ts';
import { familyNames, familyOf, type Selection, selectionProblems, selectionsOf } from './counters.ts';

const inputs = definitions({
  cloudwatch_counts: {
    kind: choice(familyNames),
    sentence:
      'What counts the requests in AWS: `rest-api` or `http-api` (API Gateway), `alb` (Application Load Balancer) or `lambda` (a function or its alias).',
    example: 'http-api',
    otherwise: 'none',
  },
  cloudwatch_dimensions: {
    kind: list(
      text({
        pattern: /^[A-Za-z]{1,40}=[\x20-\x7e]{1,1024}$/,
        expected: 'a dimension such as ApiId=a1b2c3d4e5',
      }),
    ),
    sentence: 'Dimensions of the counters in CloudWatch, as its console shows them.',
    example: 'ApiId=a1b2c3d4e5, Stage=prod',
    otherwise: 'none',
  },
  cloudwatch_region: {
    kind: text({ pattern: regionPattern, expected: 'a region of AWS such as eu-central-1' }),
    sentence: 'Region of AWS in which the counters are.',
    example: 'eu-central-1',
    otherwise: '`AWS_REGION` of an earlier step',
  },
  cloudwatch_role: {
    kind: text({
      pattern: rolePattern,
      expected: 'the ARN of a role such as arn:aws:iam::123456789012:role/counts',
    }),
    sentence:
      "Role of AWS to assume with GitHub's token of this job, which needs `id-token: write`. The session may only call `cloudwatch:GetMetricData`.",
    example: 'arn:aws:iam::123456789012:role/counts',
    otherwise: 'the AWS credentials of an earlier step',
  },
  cloudwatch_delay: {
    kind: duration('1m', '15m'),
    sentence:
      'How long after its end a minute is counted, so that its counts have arrived. It grows by itself if minutes turn out to be later.',
    example: '5m',
    default: '3m',
  },
});

/** `Stage=prod` as name and value. */
const pairOf = (text: string): [string, string] => {
  const at = text.indexOf('=');
  return [text.slice(0, at), text.slice(at + 1).trim()];
};

const selectionProblemsOf = (selection: Selection | undefined) =>
  selection ? selectionProblems(selection) : [];

export const cloudwatch = defineSource({
  sentence: 'the counters of an endpoint in AWS, which know no revision',
  inputs,
  settings(values, problem) {
    const pairs = (values.cloudwatch_dimensions ?? []).map(pairOf);
    const dimensions = Object.fromEntries(pairs);
    if (Object.keys(dimensions).length < pairs.length)
      problem('cloudwatch_dimensions', 'expected each dimension once');
    return {
      family: values.cloudwatch_counts,
      dimensions,
      region: values.cloudwatch_region,
      role: values.cloudwatch_role,
      delayMs: values.cloudwatch_delay * 1000,
    };
  },
  isMeant: ({ family, role }) => family !== undefined || role !== undefined,
  problems({ family, dimensions }, { split, objectives }) {
    const found: InputProblem[] = [];
    const named = selectionsOf(objectives);
    const lacking = objectives.filter(({ id }) => !named.has(id));
    if (family !== undefined)
      for (const problem of selectionProblems({ family, dimensions }))
        found.push({ inputs: ['cloudwatch_dimensions'], problem });
    else if (lacking.length > 0)
      found.push({
        inputs: ['cloudwatch_counts'],
        problem: `missing: expected one of ${familyNames.join(', ')}, or counts of CloudWatch in the SLO file`,
      });
    for (const { id, source = id } of objectives)
      for (const problem of selectionProblemsOf(named.get(id)))
        found.push({ inputs: ['slo_file'], problem: `${source}: ${problem}` });
    if (split)
      found.push({
        inputs: ['canary'],
        problem:
          'the counters of CloudWatch know no revision, so they cannot judge a part of the users: expected canary: 100, or source auto or logs',
      });
    if (objectives.some(({ kind }) => kind !== 'availability'))
      found.push({
        inputs: ['source'],
        problem:
          'the counters of CloudWatch do not say how many answers were slow, so expected objectives of requests without an error, or source auto or logs',
      });
    for (const { id, clientErrors } of objectives) {
      const own = named.get(id)?.family ?? family;
      if (clientErrors && own !== undefined && !familyOf(own).client)
        found.push({
          inputs: ['client_errors'],
          problem: `${familyOf(own).title} counts no 4xx, so expected compare or ignore`,
        });
    }
    return found;
  },
  async open({ clock, log, outside, objectives }, settings) {
    const { openCloudWatch } = await import('./open.ts');
    return openCloudWatch({ ...outside, clock }, settings, log, objectives);
  },
});
