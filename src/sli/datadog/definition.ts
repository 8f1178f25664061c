import { definitions } from '../../domain/inputs/definition.ts';
import { custom } from '../../domain/inputs/kind.ts';
import { boolean, duration, text } from '../../domain/inputs/kinds.ts';
import type { InputProblem } from '../../domain/report/input-problem.ts';
import { defineSource } from '../definition.ts';
import { countsIn, pairsOf, useProblems } from '../minutes/inputs.ts';
import { latenessProblem, pairProblem, parseCount } from './query.ts';
import { parseSite, sites } from './sites.ts';

const secretText = text({ pattern: /^[\x21-\x7e]+$/, expected: 'a key without spaces', maxLength: 8000 });

const inputs = definitions({
  datadog_site: {
    kind: custom(`one of ${Object.keys(sites).join(', ')}, or a host such as ${sites.us5}`, parseSite),
    sentence: `Site of your organisation in Datadog, which is in the address of its pages: ${Object.entries(
      sites,
    )
      .map(([name, host]) => `\`${name}\` (${host})`)
      .join(', ')}.`,
    example: 'eu1',
    default: 'us1',
  },
  datadog_api_key: {
    kind: secretText,
    sentence: 'API key of Datadog, from a secret. Needs `datadog_app_key`.',
    example: '(a secret)',
    otherwise: 'none',
    secret: true,
  },
  datadog_app_key: {
    kind: secretText,
    sentence:
      'Application key of Datadog with the scope `timeseries_query`, from a secret. Needs `datadog_api_key`.',
    example: '(a secret)',
    otherwise: 'none',
    secret: true,
  },
  datadog_token: {
    kind: secretText,
    sentence:
      'Personal or service access token of Datadog with the scope `timeseries_query`, or a delegated token, from a secret. It replaces the two keys.',
    example: '(a secret)',
    otherwise: 'none',
    secret: true,
  },
  datadog_org: {
    kind: text({
      pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
      expected: 'the UUID of an organisation',
    }),
    sentence:
      "UUID of your organisation in Datadog, to log in with GitHub's token of this job, which needs `id-token: write`. It replaces keys and token.",
    example: '11111111-1111-4111-8111-111111111111',
    otherwise: 'none',
  },
  datadog_total: {
    kind: text({ expected: 'a count', maxLength: 2000 }),
    shown: 'query',
    sentence:
      'Count of all requests, without functions or groups. `$revision` and `$service` stand for the names of the revision and the Cloud Run service. Without `$revision` the whole service is counted, so all users have to be shifted at once.',
    example: 'sum:trace.http.request.hits{service:ocr,version:$revision}',
    otherwise: 'none',
  },
  datadog_bad: {
    kind: text({ expected: 'a count', maxLength: 2000 }),
    shown: 'query',
    sentence: 'Count of bad requests. Needs `datadog_total`.',
    example: 'sum:trace.http.request.errors{service:ocr,version:$revision}',
    otherwise: 'none',
  },
  datadog_bad_optional: {
    kind: boolean,
    sentence:
      'The count of bad requests may be absent until the first bad request. Otherwise a count that had no point in 30 days stops the release before its first change.',
    example: 'true',
    default: 'false',
  },
  datadog_delay: {
    kind: duration('1m', '15m'),
    sentence:
      'How long after its end a minute is counted, so that its counts have arrived. It grows by itself if minutes turn out to be later.',
    example: '5m',
    default: '2m',
  },
});

function loginProblems({
  apiKey,
  appKey,
  token,
  org,
}: Record<'apiKey' | 'appKey' | 'token' | 'org', string | undefined>) {
  const found: InputProblem[] = [];
  const inputs = ['datadog_api_key', 'datadog_app_key'] as const;
  const keys = apiKey !== undefined || appKey !== undefined;
  const ways = [keys, token !== undefined, org !== undefined].filter(Boolean).length;
  if (ways > 1)
    found.push({
      inputs: [...inputs, 'datadog_token', 'datadog_org'],
      problem: 'expected the two keys, the token, or the organisation, and only one of the three',
    });
  else if (keys && (apiKey === undefined || appKey === undefined))
    found.push({ inputs: [...inputs], problem: 'expected both keys' });
  else if (ways === 0)
    found.push({
      inputs: [...inputs],
      problem: 'missing: expected both keys or datadog_token, from secrets of the repository, or datadog_org',
    });
  // An API key has 32 hexadecimal digits, the first form of an application key 40.
  if (/^[0-9a-f]{40}$/.test(apiKey ?? '') && /^[0-9a-f]{32}$/.test(appKey ?? ''))
    found.push({
      inputs: [...inputs],
      problem:
        'expected the API key in datadog_api_key and the application key in datadog_app_key; they look swapped',
    });
  return found;
}

const language = { parse: parseCount, pairProblem };

export const datadog = defineSource({
  sentence: 'metrics of Datadog',
  inputs,
  settings(values, problem) {
    return {
      site: values.datadog_site,
      credentials: {
        apiKey: values.datadog_api_key,
        appKey: values.datadog_app_key,
        token: values.datadog_token,
        org: values.datadog_org,
      },
      counts: countsIn(
        'datadog',
        { total: values.datadog_total, bad: values.datadog_bad },
        language,
        problem,
      ),
      asked: values.datadog_total !== undefined || values.datadog_bad !== undefined,
      badOptional: values.datadog_bad_optional,
      delayMs: values.datadog_delay * 1000,
    };
  },
  isMeant: ({ asked }) => asked,
  problems({ credentials, counts, delayMs }, use) {
    const { pairs, problems } = pairsOf('datadog', use.objectives, counts, language);
    const found = [...loginProblems(credentials), ...problems];
    const all = new Set([...(counts ? [counts] : []), ...pairs.values()]);
    for (const pair of all) {
      found.push(
        ...useProblems('datadog', {
          title: 'Datadog',
          byRevision: pair.total.tag !== undefined,
          countsProbes: pair.total.metric.startsWith('trace.'),
          use,
        }),
      );
      for (const name of ['total', 'bad'] as const) {
        const late = latenessProblem(pair[name], delayMs);
        if (late !== undefined)
          found.push({ inputs: [pair === counts ? `datadog_${name}` : 'slo_file'], problem: late });
      }
    }
    return found;
  },
  async open({ clock, log, outside, objectives }, { site, credentials, counts, badOptional, delayMs }) {
    const { pairs } = pairsOf('datadog', objectives, counts, language);
    const { createDatadog } = await import('./source.ts');
    const settings = { site, credentials, pairs, badOptional, delayMs };
    return createDatadog({ settings, world: { ...outside, clock }, log });
  },
});
