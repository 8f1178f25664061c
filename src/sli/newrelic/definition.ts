import { ReleaseError } from '../../domain/errors/errors.ts';
import { definitions } from '../../domain/inputs/definition.ts';
import { boolean, choice, duration, integer, text } from '../../domain/inputs/kinds.ts';
import type { InputProblem } from '../../domain/report/input-problem.ts';
import { defineSource } from '../definition.ts';
import { countsIn, pairsOf, useProblems } from '../minutes/inputs.ts';
import { wrongKind } from './login.ts';
import { pairProblem, parseCount, sampledProblem } from './query.ts';

const inputs = definitions({
  newrelic_region: {
    kind: choice(['us', 'eu', 'jp']),
    sentence: 'Region of your organisation in New Relic.',
    example: 'eu',
    default: 'us',
  },
  newrelic_account: {
    kind: integer(1, 2_147_483_647),
    sentence: 'Id of the account in New Relic whose data is counted.',
    example: '1234567',
    otherwise: 'none',
  },
  newrelic_key: {
    kind: text({ pattern: /^[\x21-\x7e]+$/, expected: 'a key without spaces', maxLength: 500 }),
    sentence: 'User key of New Relic (`NRAK-…`), from a secret. License keys can only send data.',
    example: '(a secret)',
    otherwise: 'none',
    secret: true,
  },
  newrelic_total: {
    kind: text({ expected: 'a count', maxLength: 2000 }),
    shown: 'query',
    sentence:
      'Count of all requests in NRQL, without times and groups. `$revision` and `$service` stand for the names of the revision and the Cloud Run service. Without `$revision` the whole service is counted, so all users have to be shifted at once.',
    example: "SELECT count(apm.service.transaction.duration) FROM Metric WHERE appName = '$revision'",
    otherwise: 'none',
  },
  newrelic_bad: {
    kind: text({ expected: 'a count', maxLength: 2000 }),
    shown: 'query',
    sentence: 'Count of bad requests in NRQL. Needs `newrelic_total`.',
    example: "SELECT count(apm.service.error.count) FROM Metric WHERE appName = '$revision'",
    otherwise: 'none',
  },
  newrelic_bad_optional: {
    kind: boolean,
    sentence:
      'The count of bad requests may have been 0 so far. Otherwise a count that was 0 for 7 days stops the release before its first change.',
    example: 'true',
    default: 'false',
  },
  newrelic_reservoir: {
    kind: integer(120, 1_000_000),
    sentence:
      'Events that an agent keeps a minute (`max_samples_stored`), if events are counted. Near this limit an agent keeps only a sample, so the release is held.',
    example: '2000',
    default: '10000',
  },
  newrelic_delay: {
    kind: duration('1m', '15m'),
    sentence:
      'How long after its end a minute is counted, so that its counts have arrived. It grows by itself if minutes turn out to be later.',
    example: '5m',
    default: '3m',
  },
});

const language = { parse: parseCount, pairProblem };

export const newrelic = defineSource({
  sentence: 'NRQL of New Relic',
  inputs,
  settings(values, problem) {
    const { newrelic_total: total, newrelic_bad: bad, newrelic_key: key } = values;
    const kind = key === undefined ? undefined : wrongKind(key);
    if (kind !== undefined) problem('newrelic_key', `this is ${kind}: expected a user key (NRAK-…)`);
    return {
      region: values.newrelic_region,
      account: values.newrelic_account,
      key,
      counts: countsIn('newrelic', { total, bad }, language, problem),
      asked: total !== undefined || bad !== undefined,
      badOptional: values.newrelic_bad_optional,
      reservoir: values.newrelic_reservoir,
      delayMs: values.newrelic_delay * 1000,
    };
  },
  isMeant: ({ asked }) => asked,
  problems({ account, key, counts }, use) {
    const { pairs, problems } = pairsOf('newrelic', use.objectives, counts, language);
    const found: InputProblem[] = [...problems];
    if (account === undefined)
      found.push({ inputs: ['newrelic_account'], problem: 'missing: expected the id of an account' });
    if (key === undefined)
      found.push({
        inputs: ['newrelic_key'],
        problem: 'missing: expected a user key (NRAK-…) from a secret',
      });
    for (const pair of new Set([...(counts ? [counts] : []), ...pairs.values()])) {
      for (const name of ['total', 'bad'] as const) {
        const sampled = sampledProblem(pair[name]);
        if (sampled !== undefined)
          found.push({ inputs: [pair === counts ? `newrelic_${name}` : 'slo_file'], problem: sampled });
      }
      found.push(
        ...useProblems('newrelic', {
          title: 'New Relic',
          byRevision: pair.total.attribute !== undefined,
          countsProbes: pair.total.count.includes('apm.'),
          use,
        }),
      );
    }
    return found;
  },
  async open({ clock, log, outside, objectives }, { account, key, counts, ...settings }) {
    if (account === undefined || key === undefined)
      throw new ReleaseError('input-invalid', {
        what: 'The inputs of New Relic are incomplete.',
        fix: 'Set newrelic_account and newrelic_key.',
      });
    const { pairs } = pairsOf('newrelic', objectives, counts, language);
    const { createNewRelic } = await import('./source.ts');
    return createNewRelic({
      settings: { ...settings, account, key, pairs },
      world: { ...outside, clock },
      log,
    });
  },
});
