import type { Beliefs } from '../belief.ts';

const notMade = {
  not: 'extra',
  why: 'The command makes no SLO, alert policy or dashboard in your project.',
} as const;

/** About what `actions/slo` keeps in monitoring systems. */
export const alertingBeliefs = {
  alertingFieldsComeBack: {
    belief:
      'Cloud Monitoring gives back the filters, thresholds, documentation and widgets of an SLO, an alert policy and a dashboard as they were sent, but for fields with their default value.',
    source: 'The discovery documents name only few fields that Google fills in itself.',
    otherwise:
      '`verify` of actions/slo names a difference that nobody made, and `apply` writes it in every run.',
    verify:
      'Run actions/slo with `system: cloud-monitoring` and `mode: apply` twice. The second run makes no change.',
    settled: notMade,
  },
  dashboardLabelsAreKept: {
    belief: 'A dashboard of Cloud Monitoring keeps `labels` with values, and a list shows them.',
    source: 'The field is in the discovery document without a sentence about values.',
    otherwise: 'Every run of actions/slo makes one more dashboard, because it does not find its own.',
    verify: 'Run `apply` twice, and look at the list of dashboards.',
    settled: notMade,
  },
  logFiltersReadPayloads: {
    belief:
      'A filter of Cloud Logging compares a number of a payload as a number, finds no field that is missing, takes `=~` with upper and lower case, and reads a regular expression as RE2 does, in which `\\x{3000}` names a character.',
    source: 'The page on the query language has each of these but the characters by number.',
    otherwise:
      'The error budget of an objective of the kind `log_field` counts other answers than the watch does. The watch itself judges the entries, not the filter.',
    verify:
      'Write entries with each kind of value, and compare the metrics that actions/slo made with `judgeField` of the same entries.',
    settled: notMade,
  },
  burnRateFilterQuoted: {
    belief:
      'The filter `select_slo_burn_rate("NAME", "3600s")` is taken with the look-back in quotation marks, for up to a day.',
    source:
      'Published alert policies have it with and without the marks. The page on selectors names the units.',
    otherwise: 'Google refuses the alert policies, and `apply` ends with its message.',
    verify: 'Run actions/slo with `system: cloud-monitoring` and `mode: apply`.',
    settled: notMade,
  },
  datadogListsAtOnce: {
    belief: 'Lists of SLOs and monitors by tag show in Datadog what was made a moment ago.',
    source: 'Its reference does not say that they lag.',
    otherwise:
      'A run that begins right after another was killed makes an SLO twice. The next one calls the second stale.',
    verify: 'Make an SLO with a tag, and list by the tag.',
    settled: { not: 'extra', why: 'An organisation in Datadog is needed.' },
  },
} as const satisfies Beliefs;
