import { rolePattern } from '../../aws/names.ts';
import { directoryPattern, guidPattern } from '../../azure/names.ts';
import { definitions } from '../../domain/inputs/definition.ts';
import { boolean, choice, duration, text } from '../../domain/inputs/kinds.ts';
import { slug } from '../../domain/product.ts';
import type { InputProblem } from '../../domain/report/input-problem.ts';
import { credentialIn, mayCarryCredential } from '../../http/credential.ts';
import { defineSource } from '../definition.ts';
import { headerLines, headersOf } from './login/headers.ts';
import { logQueryProblems } from './loki/problems.ts';
import { counterProblems } from './selectors.ts';

const inputs = definitions({
  prometheus_url: {
    kind: text({
      pattern: /^https?:\/\/[^\s?#]+$/,
      expected: 'a URL such as https://prometheus.example.com',
      shown: 'origin',
    }),
    sentence: "Base URL of a Prometheus server, or of Grafana's proxy to one.",
    example: 'https://grafana.example.com/api/datasources/proxy/uid/abc',
    otherwise: 'none',
  },
  prometheus_flavour: {
    kind: choice(['prometheus', 'loki']),
    sentence:
      'What `prometheus_url` is: `prometheus`, or `loki`, whose log entries are counted. `prometheus_total` and `prometheus_bad` are log queries then.',
    example: 'loki',
    default: 'prometheus',
  },
  prometheus_google: {
    kind: boolean,
    sentence:
      'Read Google Cloud Managed Service for Prometheus with this login. It replaces `prometheus_url`.',
    example: 'true',
    default: 'false',
  },
  prometheus_token: {
    kind: text({ expected: 'a token', maxLength: 8000 }),
    sentence:
      'Bearer token for `prometheus_url`, or with `prometheus_user` its password, from a secret. It is masked and sent only over https.',
    example: '(a secret)',
    otherwise: 'none',
    secret: true,
  },
  prometheus_user: {
    kind: text({ pattern: /^[\w.@+-]{1,200}$/, expected: 'the name of a user' }),
    shown: 'plain',
    sentence:
      'User for basic authentication, such as the number of an instance of Grafana Cloud. `prometheus_token` is its password.',
    example: '123456',
    otherwise: 'none',
  },
  prometheus_headers: {
    kind: headerLines,
    sentence:
      'Further headers for `prometheus_url`, one `Name: value` a line, from a secret. They are masked and sent only over https.',
    example: '(a secret)',
    otherwise: 'none',
    secret: true,
  },
  prometheus_tenant: {
    kind: text({ pattern: /^[\w!.*'()|-]{1,300}$/, expected: 'the id of a tenant' }),
    sentence: 'Tenant of Mimir, Cortex or Loki (`X-Scope-OrgID`).',
    example: 'team-ocr',
    otherwise: 'none',
  },
  prometheus_login: {
    kind: choice(['token', 'aws', 'azure']),
    sentence:
      'How to log in to `prometheus_url`: by the inputs above (`token`), or without a key to Amazon Managed Service for Prometheus (`aws`) or Azure Monitor (`azure`).',
    example: 'aws',
    otherwise: 'as the host of `prometheus_url` says',
  },
  prometheus_role: {
    kind: text({
      pattern: rolePattern,
      expected: 'the ARN of a role such as arn:aws:iam::123456789012:role/counts',
    }),
    sentence:
      "Role of AWS to assume with GitHub's token of this job, which needs `id-token: write`. The session may only query metrics.",
    example: 'arn:aws:iam::123456789012:role/counts',
    otherwise: 'the AWS credentials of an earlier step',
  },
  prometheus_client_id: {
    kind: text({ pattern: guidPattern, expected: 'the application id of an app of Entra' }),
    sentence:
      "App of Entra that reads Azure Monitor, which trusts GitHub's token of this job by a federated credential. Needs `id-token: write`.",
    example: '11111111-2222-3333-4444-555555555555',
    otherwise: '`AZURE_CLIENT_ID`',
  },
  prometheus_tenant_id: {
    kind: text({ pattern: directoryPattern, expected: 'the directory id of Entra, or its domain' }),
    sentence: 'Directory of Entra in which the app is.',
    example: '66666666-7777-8888-9999-000000000000',
    otherwise: '`AZURE_TENANT_ID`',
  },
  prometheus_total: {
    kind: text({ expected: 'a selector', maxLength: 2000 }),
    shown: 'query',
    sentence:
      'Selector of the counter of all requests. `$revision` and `$service` stand for the names of the revision and the Cloud Run service. Needs `prometheus_bad`.',
    example: 'http_requests_total{revision="$revision"}',
    otherwise: 'the counters in `slo_file`',
  },
  prometheus_bad: {
    kind: text({ expected: 'a selector', maxLength: 2000 }),
    shown: 'query',
    sentence: 'Selector of the counter of bad requests. Needs `prometheus_total`.',
    example: 'http_requests_total{revision="$revision",code=~"5.."}',
    otherwise: 'the counters in `slo_file`',
  },
  prometheus_bad_optional: {
    kind: boolean,
    sentence:
      'The counter of bad requests may be absent until the first bad request, as with programs that make it at that moment. Otherwise a counter that never had a value, and whose labels do not exist on the counter of all requests either, stops the release before its first change.',
    example: 'true',
    default: 'false',
  },
  prometheus_delay: {
    kind: duration('0s', '60m'),
    sentence: 'How far the queries stay behind the present, so that every scrape has arrived.',
    example: '1m',
    default: '20s',
  },
});

/** False if the URL would carry a password or a token in plain text. */
const isSendable = (url: string, carries: boolean): boolean =>
  !URL.canParse(url) ||
  mayCarryCredential(new URL(url)) ||
  (!carries && credentialIn(new URL(url), {}) === undefined);

const problemsOf = (flavour: 'prometheus' | 'loki') =>
  flavour === 'loki' ? logQueryProblems : counterProblems;

/** The login that the host of a URL needs. */
function loginOf(url: string | undefined): 'token' | 'aws' | 'azure' {
  const host = url !== undefined && URL.canParse(url) ? new URL(url).hostname : '';
  if (/^aps-workspaces(-fips)?\.[a-z0-9-]+\.(amazonaws\.com(\.cn)?|api\.aws)$/.test(host)) return 'aws';
  return host.endsWith('.prometheus.monitor.azure.com') ? 'azure' : 'token';
}

export const prometheus = defineSource({
  sentence: 'counters of your own',
  inputs,
  settings(values, problem) {
    const { prometheus_total: total, prometheus_bad: bad, prometheus_flavour: flavour } = values;
    if ((total === undefined) !== (bad === undefined))
      problem(['prometheus_total', 'prometheus_bad'], 'expected both or neither');
    else if (total !== undefined && bad !== undefined)
      for (const found of problemsOf(flavour)({ total, bad }, (counter) => `prometheus_${counter}`))
        problem(found.place, found.problem);
    const { prometheus_url: url, prometheus_token: token, prometheus_headers: lines } = values;
    const { prometheus_user: user } = values;
    const login = values.prometheus_login ?? loginOf(url);
    if (url !== undefined && !URL.canParse(url))
      problem('prometheus_url', 'expected a URL such as https://prometheus.example.com');
    if (user !== undefined && token === undefined)
      problem(
        ['prometheus_user', 'prometheus_token'],
        'expected the password of the user as prometheus_token',
      );
    if (login !== 'token' && (token !== undefined || user !== undefined))
      problem(
        ['prometheus_login', 'prometheus_token'],
        `expected no token or user, because the login to ${login === 'aws' ? 'AWS' : 'Azure'} needs none`,
      );
    const carries = token !== undefined || lines !== undefined || login !== 'token';
    if (url !== undefined && !isSendable(url, carries))
      problem(
        token === undefined ? ['prometheus_url'] : ['prometheus_url', 'prometheus_token'],
        'expected https, because anyone on the way could read the password or token (http is allowed for a server on this machine)',
      );
    return {
      ...{ flavour, url, token, user, login },
      headers: headersOf(lines ?? []),
      tenant: values.prometheus_tenant,
      role: values.prometheus_role,
      client: values.prometheus_client_id,
      directory: values.prometheus_tenant_id,
      managed: values.prometheus_google,
      counters: total !== undefined && bad !== undefined ? { total, bad } : undefined,
      delayMs: values.prometheus_delay * 1000,
      badOptional: values.prometheus_bad_optional,
    };
  },
  isMeant: ({ url, managed }) => url !== undefined || managed,
  problems({ flavour, url, managed, counters }, { probes, objectives }) {
    const found: InputProblem[] = [];
    if (flavour === 'loki' && url === undefined)
      found.push({
        inputs: ['prometheus_flavour', 'prometheus_url'],
        problem: 'missing: expected the URL of Loki as prometheus_url',
      });
    if (url === undefined && !managed)
      found.push({
        inputs: ['prometheus_url'],
        problem: 'missing: expected the URL of a Prometheus server, or prometheus_google: true',
      });
    // The user's own counters can leave out test requests, but Cloud Run's counters in Prometheus cannot.
    const own = counters !== undefined || objectives.every((objective) => objective.prometheus);
    if (probes && !own)
      found.push({
        inputs: ['probes_per_minute'],
        problem: `the metrics of Cloud Run count test requests as users, so expected source auto or logs, or prometheus_total and prometheus_bad that leave out the user agent ${slug}`,
      });
    if (objectives.some(({ clientErrors }) => clientErrors))
      found.push({
        inputs: ['client_errors'],
        problem:
          'the counters of Prometheus decide themselves which requests are bad, so expected compare or ignore; to count 4xx, let the counter of bad requests include them',
      });
    for (const { id, source = id, prometheus: counters } of objectives)
      for (const { place, problem } of counters ? problemsOf(flavour)(counters, (counter) => counter) : [])
        found.push({ inputs: ['slo_file'], problem: `${source}: ${place}: ${problem}` });
    return found;
  },
  async open({ rest, clock, log, projectId, member, objectives, outside }, settings) {
    const { createPrometheus } = await import('./source.ts');
    const { login: kind, url, user, token } = settings;
    // A short value is no secret, and to mask it would spoil the log.
    for (const value of Object.values(settings.headers)) if (value.length >= 6) outside.mask(value);
    if (user !== undefined && token !== undefined)
      outside.mask((await import('./login/secrets.ts')).basicOf(user, token));
    const world = { ...outside, clock };
    const login =
      url === undefined || kind === 'token'
        ? undefined
        : kind === 'aws'
          ? (await import('./login/aws.ts')).awsLogin(world, url, settings)
          : (await import('./login/azure.ts')).azureLogin(world, settings);
    return createPrometheus({ settings, rest, clock, log, projectId, member, objectives, login });
  },
});
