import { expect } from '@jest/globals';
import { endpoints } from '../../../src/http/endpoints.ts';
import { createRest } from '../../../src/http/rest.ts';
import { chooseSource, type SourceName, sourceInputs } from '../../../src/sli/registry.ts';
import type { SliSource } from '../../../src/steps/ports/sli.ts';
import type { VirtualClock } from '../../support/virtual-clock.ts';

/** Every source of the registry that asks a server, as an action opens it, before a server of a test's own. */

export const start = Date.UTC(2026, 10, 22, 12);
export const minute = 60_000;
export const objectives = [{ id: 'availability', kind: 'availability', target: 0.99 }] as const;
export const secrets = {
  google: 'ya29.google-secret-token',
  prometheus: 'prometheus-secret-token',
  datadog: '0123456789abcdef0123456789abcdef',
  datadogApp: 'ddapp-secret-0123456789abcdef0123456789',
  newrelic: 'NRAK-0123456789ABCDEFGHIJKLMNOPQ',
  aws: 'aws-secret-key-0123456789',
};

const defaults = Object.fromEntries(
  Object.entries(sourceInputs).map(
    ([name, { kind, default: text }]: [
      string,
      { kind: { parse(text: string): unknown }; default?: string },
    ]) => [name, text === undefined ? undefined : kind.parse(text)],
  ),
);
const parsed = (inputs: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, text]) => [
      name,
      (sourceInputs as Record<string, { kind: { parse(text: string): unknown } }>)[name]?.kind.parse(text),
    ]),
  );

/** The inputs of each source, by the name under which it is tested. */
export const cases: Record<string, [source: SourceName, inputs: (url: string) => Record<string, string>]> = {
  logs: ['logs', () => ({})],
  metrics: ['metrics', () => ({})],
  auto: ['auto', () => ({})],
  prometheus: [
    'prometheus',
    (url) => ({
      prometheus_url: url,
      prometheus_token: secrets.prometheus,
      prometheus_total: 'reqs{revision="$revision"}',
      prometheus_bad: 'reqs{revision="$revision",code="500"}',
    }),
  ],
  'Google’s Prometheus': [
    'prometheus',
    () => ({
      prometheus_google: 'true',
      prometheus_total: 'reqs{revision="$revision"}',
      prometheus_bad: 'reqs{revision="$revision",code="500"}',
    }),
  ],
  loki: [
    'prometheus',
    (url) => ({
      prometheus_url: url,
      prometheus_flavour: 'loki',
      prometheus_token: secrets.prometheus,
      prometheus_total: '{app="ocr", revision="$revision"}',
      prometheus_bad: '{app="ocr", revision="$revision"} |= "error"',
    }),
  ],
  cloudwatch: [
    'cloudwatch',
    () => ({
      cloudwatch_region: 'eu-central-1',
      cloudwatch_counts: 'http-api',
      cloudwatch_dimensions: 'ApiId=a1b2\nStage=prod',
    }),
  ],
  datadog: [
    'datadog',
    () => ({
      datadog_site: 'eu1',
      datadog_api_key: secrets.datadog,
      datadog_app_key: secrets.datadogApp,
      datadog_total: 'sum:trace.http.request.hits{service:ocr,version:$revision}',
      datadog_bad: 'sum:trace.http.request.errors{service:ocr,version:$revision}',
    }),
  ],
  newrelic: [
    'newrelic',
    () => ({
      newrelic_region: 'eu',
      newrelic_account: '1234567',
      newrelic_key: secrets.newrelic,
      newrelic_total:
        "SELECT count(apm.service.transaction.duration) FROM Metric WHERE appName = '$revision'",
      newrelic_bad: "SELECT count(apm.service.error.count) FROM Metric WHERE appName = '$revision'",
    }),
  ],
};

const silent = { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} };

/** The source as an action opens it. */
export async function opened(name: string, url: string, clock: VirtualClock): Promise<SliSource> {
  const [source, inputs] = cases[name] as (typeof cases)[string];
  const problems: string[] = [];
  const chosen = chooseSource(
    { ...defaults, ...parsed(inputs(url)), source },
    { probes: false, split: false, objectives },
    (names, problem) => void problems.push(`${[names].flat().join()}: ${problem}`),
  );
  expect(problems).toEqual([]);
  const env = {
    ...{ DATADOG_HOST: url, NEW_RELIC_NERDGRAPH: url, AWS_ENDPOINT_URL: url },
    ...{ AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: secrets.aws },
  };
  return chosen.open({
    ...{ clock, log: silent, projectId: 'p', region: 'us-central1', objectives },
    rest: createRest({
      endpoints: endpoints({
        ...{ GHA_ENDPOINT_OVERRIDE_run: url, GHA_ENDPOINT_OVERRIDE_logging: url },
        GHA_ENDPOINT_OVERRIDE_monitoring: url,
      }),
      ...{ clock, log: silent, userAgent: 'test', redact: (said: string) => said },
      accessToken: async () => secrets.google,
    }),
    outside: {
      ...{ env, sandbox: true, userAgent: 'test', mask: () => {} },
      identityToken: async () => '',
    },
    runProgram: async () => {
      throw new Error('not used');
    },
  } as never);
}
