import { definitions } from '../../domain/inputs/definition.ts';
import { boolean, duration, text } from '../../domain/inputs/kinds.ts';
import { slug } from '../../domain/product.ts';
import type { InputProblem } from '../../domain/report/input-problem.ts';
import { credentialIn, mayCarryCredential } from '../../http/credential.ts';
import { defineSource } from '../definition.ts';
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
  prometheus_google: {
    kind: boolean,
    sentence:
      'Read Google Cloud Managed Service for Prometheus with this login. It replaces `prometheus_url`.',
    example: 'true',
    default: 'false',
  },
  prometheus_token: {
    kind: text({ expected: 'a token', maxLength: 8000 }),
    sentence: 'Bearer token for `prometheus_url`, from a secret. It is masked and sent only over https.',
    example: '(a secret)',
    otherwise: 'none',
    secret: true,
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
const isSendable = (url: string, token: string | undefined): boolean =>
  !URL.canParse(url) ||
  mayCarryCredential(new URL(url)) ||
  (token === undefined && credentialIn(new URL(url), {}) === undefined);

export const prometheus = defineSource({
  sentence: 'counters of your own',
  inputs,
  settings(values, problem) {
    const { prometheus_total: total, prometheus_bad: bad } = values;
    if ((total === undefined) !== (bad === undefined))
      problem(['prometheus_total', 'prometheus_bad'], 'expected both or neither');
    else if (total !== undefined && bad !== undefined)
      for (const found of counterProblems({ total, bad }, (counter) => `prometheus_${counter}`))
        problem(found.place, found.problem);
    const { prometheus_url: url, prometheus_token: token } = values;
    if (url !== undefined && !isSendable(url, token))
      problem(
        token === undefined ? ['prometheus_url'] : ['prometheus_url', 'prometheus_token'],
        'expected https, because anyone on the way could read the password or token (http is allowed for a server on this machine)',
      );
    return {
      url,
      token,
      managed: values.prometheus_google,
      counters: total !== undefined && bad !== undefined ? { total, bad } : undefined,
      delayMs: values.prometheus_delay * 1000,
      badOptional: values.prometheus_bad_optional,
    };
  },
  isMeant: ({ url, managed }) => url !== undefined || managed,
  problems({ url, managed, counters }, { probes, objectives }) {
    const found: InputProblem[] = [];
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
      for (const { place, problem } of counters ? counterProblems(counters, (counter) => counter) : [])
        found.push({ inputs: ['slo_file'], problem: `${source}: ${place}: ${problem}` });
    return found;
  },
  async open({ rest, clock, log, projectId, objectives }, settings) {
    const { createPrometheus } = await import('./source.ts');
    return createPrometheus({ settings, rest, clock, log, projectId, objectives });
  },
});
