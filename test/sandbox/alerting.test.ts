import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Client, type Json, openSandbox } from './support/client.ts';

/** Cloud Monitoring's services, SLOs, alert policies and dashboards: what Google refuses, the sandbox refuses. */

let client: Client;
let owner: string;
let project: string;
beforeAll(async () => {
  client = await openSandbox();
  owner = (await client.control('POST', '/tokens', { member: 'user:owner@example.com' })).body.accessToken;
  project = `projects/${client.sandbox.project}`;
  await post(`/v3/${project}/services?serviceId=ocr`, { displayName: 'ocr', custom: {} });
});
afterAll(() => client.sandbox.stop());

const post = (path: string, body: unknown) => client.api('monitoring', 'POST', path, body, owner);
const filter = (metric: string, more = '') =>
  `metric.type="run.googleapis.com/${metric}" AND resource.type="cloud_run_revision"${more}`;
const bad = ' AND metric.labels.response_code=monitoring.regex.full_match("429|5..")';

const objective = {
  displayName: 'good',
  goal: 0.995,
  rollingPeriod: '2592000s',
  serviceLevelIndicator: {
    requestBased: {
      goodTotalRatio: {
        badServiceFilter: filter('request_count', bad),
        totalServiceFilter: filter('request_count'),
      },
    },
  },
};
const sli = (requestBased: unknown) => ({ ...objective, serviceLevelIndicator: { requestBased } });

describe('an SLO', () => {
  test('is made, read, changed by mask, listed and deleted', async () => {
    const made = await post(
      `/v3/${project}/services/ocr/serviceLevelObjectives?serviceLevelObjectiveId=good`,
      objective,
    );
    expect([made.status, made.body.name]).toEqual([
      200,
      expect.stringMatching(/^projects\/\d+\/services\/ocr\/serviceLevelObjectives\/good$/),
    ]);
    const path = `/v3/${project}/services/ocr/serviceLevelObjectives/good`;
    const changed = await client.api(
      'monitoring',
      'PATCH',
      `${path}?updateMask=goal`,
      { goal: 0.99, displayName: 'ignored' },
      owner,
    );
    expect([changed.body.goal, changed.body.displayName]).toEqual([0.99, 'good']);
    expect(
      (
        await post(
          `/v3/${project}/services/ocr/serviceLevelObjectives?serviceLevelObjectiveId=good`,
          objective,
        )
      ).body.error.status,
    ).toBe('ALREADY_EXISTS');
    expect((await client.api('monitoring', 'DELETE', path, undefined, owner)).status).toBe(200);
    expect((await client.api('monitoring', 'GET', path, undefined, owner)).status).toBe(404);
  });

  test.each<[string, Json, RegExp]>([
    ['a goal of all', { ...objective, goal: 1 }, /goal.*0\.9999/],
    ['a goal above 99.99 %', { ...objective, goal: 0.99995 }, /goal.*0\.9999/],
    ['31 days', { ...objective, rollingPeriod: '2678400s' }, /rolling_period.*30 days/],
    ['half a day', { ...objective, rollingPeriod: '43200s' }, /rolling_period/],
    ['no period', { ...objective, rollingPeriod: undefined }, /period is required/],
    ['an unknown field', { ...objective, target: 1 }, /Unknown name "target"/],
    [
      'an unknown inner field',
      sli({ ratio: {} }),
      /Unknown name "ratio" at 'service_level_objective\.service_level_indicator\.request_based'/,
    ],
    [
      'three filters',
      sli({
        goodTotalRatio: {
          badServiceFilter: filter('request_count'),
          totalServiceFilter: filter('request_count'),
          goodServiceFilter: filter('request_count'),
        },
      }),
      /exactly two/,
    ],
    [
      'a filter without the type of the resource',
      sli({
        goodTotalRatio: {
          badServiceFilter: 'metric.type="run.googleapis.com/request_count"',
          totalServiceFilter: filter('request_count'),
        },
      }),
      /resource\.type/,
    ],
    [
      'a ratio of latencies',
      sli({
        goodTotalRatio: {
          badServiceFilter: filter('request_latencies'),
          totalServiceFilter: filter('request_count'),
        },
      }),
      /DISTRIBUTION/,
    ],
    [
      'a cut of counts',
      sli({ distributionCut: { distributionFilter: filter('request_count'), range: { max: 5 } } }),
      /INT64/,
    ],
    [
      'a range without an end',
      sli({ distributionCut: { distributionFilter: filter('request_latencies'), range: {} } }),
      /range/,
    ],
    ['a label in capitals', { ...objective, userLabels: { Team: 'ocr' } }, /lowercase/],
    ['a duration that is none', { ...objective, rollingPeriod: '30d' }, /Invalid value/],
  ])('%s is refused', async (_, body, message) => {
    const answer = await post(`/v3/${project}/services/ocr/serviceLevelObjectives`, body);
    expect([answer.status, answer.body.error.status]).toEqual([400, 'INVALID_ARGUMENT']);
    expect(answer.body.error.message).toMatch(message);
  });
});

describe('an alert policy', () => {
  const threshold = {
    filter: 'select_slo_burn_rate("projects/p/services/s/serviceLevelObjectives/o", "3600s")',
    ...{ comparison: 'COMPARISON_GT', thresholdValue: 14.4, duration: '0s' },
  };
  const policy = {
    displayName: 'burn',
    combiner: 'AND',
    conditions: [{ displayName: 'fast', conditionThreshold: threshold }],
  };
  const with_ = (more: Json) => ({
    ...policy,
    conditions: [{ displayName: 'fast', conditionThreshold: { ...threshold, ...more } }],
  });

  test('keeps the name of a condition that the change names, and makes a new one for any other', async () => {
    const { body } = await post(`/v3/${project}/alertPolicies`, policy);
    const [condition] = body.conditions;
    const patch = (conditions: unknown) =>
      client.api('monitoring', 'PATCH', `/v3/${body.name}?updateMask=conditions`, { conditions }, owner);
    expect((await patch([condition])).body.conditions[0].name).toBe(condition.name);
    expect((await patch(policy.conditions)).body.conditions[0].name).not.toBe(condition.name);
  });

  test.each<[string, Json, RegExp]>([
    ['no condition', { ...policy, conditions: [] }, /1 to 6/],
    ['seven conditions', { ...policy, conditions: Array(7).fill(policy.conditions[0]) }, /1 to 6/],
    ['no combiner', { ...policy, combiner: undefined }, /combiner/],
    ['a lookback of two days', with_({ filter: threshold.filter.replace('3600s', '48h') }), /24 hours/],
    [
      'a burn rate without a lookback',
      with_({ filter: threshold.filter.replace(', "3600s"', '') }),
      /lookback/,
    ],
    ['a comparison with equal', with_({ comparison: 'COMPARISON_EQ' }), /COMPARISON_LT and COMPARISON_GT/],
    ['a duration of seconds', with_({ duration: '30s' }), /multiple of a minute/],
    ['an unknown severity', { ...policy, severity: 'PAGE' }, /Invalid value/],
    [
      'a filter without the type of the resource',
      with_({ filter: 'metric.type="run.googleapis.com/request_count"' }),
      /resource\.type/,
    ],
  ])('%s is refused', async (_, body, message) => {
    const answer = await post(`/v3/${project}/alertPolicies`, body);
    expect([answer.status, answer.body.error?.message]).toEqual([400, expect.stringMatching(message)]);
  });
});

describe('a dashboard', () => {
  const chart = (more: Json = {}) => ({
    xyChart: {
      dataSets: [{ timeSeriesQuery: { timeSeriesFilter: { filter: filter('request_count') } } }],
      ...more,
    },
  });
  const board = (widget: Json, tile: Json = {}) => ({
    displayName: 'board',
    mosaicLayout: { columns: 12, tiles: [{ width: 6, height: 4, ...tile, widget }] },
  });

  test.each<[string, Json, RegExp]>([
    ['a tile outside of the grid', board(chart(), { xPos: 8 }), /12 columns/],
    ['two layouts', { ...board(chart()), gridLayout: {} }, /exactly one/],
    ['an unknown widget', board({ graph: {} }), /Unknown name "graph"/],
    [
      'a colour of a threshold in a chart',
      board(chart({ thresholds: [{ value: 1, color: 'RED' }] })),
      /color/,
    ],
    [
      'an unknown event',
      { ...board(chart()), annotations: { eventAnnotations: [{ eventType: 'DEPLOY' }] } },
      /Invalid value/,
    ],
    ['a chart without data', board({ xyChart: { dataSets: [] } }), /data_sets/],
  ])('%s is refused', async (_, body, message) => {
    const answer = await post(`/v1/${project}/dashboards`, body);
    expect([answer.status, answer.body.error?.message]).toEqual([400, expect.stringMatching(message)]);
  });

  test('a stale etag is refused, and zeros are left out of an answer', async () => {
    const { body } = await post(`/v1/${project}/dashboards`, board(chart(), { xPos: 0, yPos: 0 }));
    expect(body.mosaicLayout.tiles[0].xPos).toBeUndefined();
    const patch = (etag: string) =>
      client.api('monitoring', 'PATCH', `/v1/${body.name}`, { ...board(chart()), etag }, owner);
    expect((await patch('old')).body.error.status).toBe('ABORTED');
    expect((await patch(body.etag)).status).toBe(200);
  });
});

test('a caller without the permission is refused by name', async () => {
  const answer = await client.api('monitoring', 'POST', `/v3/${project}/alertPolicies`, { displayName: 'x' });
  expect([answer.status, JSON.stringify(answer.body)]).toEqual([
    403,
    expect.stringContaining('monitoring.alertPolicies.create'),
  ]);
});
