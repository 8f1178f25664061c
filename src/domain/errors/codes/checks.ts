import { suiteSchemaFile } from '../../product.ts';
import type { ErrorEntries } from '../entry.ts';

/** Errors of smoke tests, watches and objectives. */
export const checkErrors = {
  'smoke-target': {
    title: 'The function under test cannot be used',
    why: 'The function does not exist, has no URL, or its revision is not ready.',
    check:
      '`gcloud run revisions list --service=SERVICE --region=REGION --project=PROJECT` shows which revisions are ready.',
    fix: 'Correct name, region or url, and test a revision that is ready.',
  },
  'suite-invalid': {
    title: 'A smoke suite cannot be used',
    why: 'The suite does not follow its schema, or names a file that cannot be read.',
    check:
      'The message has the line and the column. An editor that reads the schema shows it while you type.',
    fix: `Correct the suite file; its schema is schemas/${suiteSchemaFile}.`,
    inMessages: ['fix'],
  },
  'watch-state-invalid': {
    title: 'The saved state of a watch does not fit',
    why: 'The objectives, or the source of the counts, were changed while a release was under way.',
    check: 'The message says which of the two differs from the record on the service.',
    fix: 'Start a new release, which begins a new watch.',
    inMessages: ['why', 'fix'],
  },
  'slo-invalid': {
    title: 'The objectives are wrong',
    why: 'The SLO file or an objective among the inputs cannot be used.',
    check: 'The message has the line and the place in the file.',
    fix: 'Correct the file at the place named above.',
    inMessages: ['fix'],
  },
  'counts-unusable': {
    title: 'The counters of requests cannot be used',
    why: 'A counter does not exist, counts a request more than once, contradicts another one, or the server refuses its query.',
    check:
      'Run the query of the message in your Prometheus, whose labels the message lists, or look for the counter in the console of CloudWatch, the Metrics Explorer of Datadog or the query builder of New Relic.',
    fix: 'Correct the selectors of the counters (prometheus_total and prometheus_bad, or those in the SLO file), cloudwatch_dimensions, or the counts of Datadog or New Relic.',
    inMessages: ['fix'],
  },
  'quota-spent': {
    title: 'The read quota of the project is used up',
    why: 'All releases and tools of a project share its quotas. Cloud Logging allows 60 reads a minute, and Cloud Monitoring has a quota of time series queries.',
    check:
      'https://console.cloud.google.com/apis/api/logging.googleapis.com/quotas (or monitoring.googleapis.com) shows who reads how much.',
    fix: 'Release fewer functions of this project at a time, choose another source, or ask Google for a higher quota.',
    inMessages: ['why', 'fix'],
  },
  'counts-partial': {
    title: 'The source answered only in part',
    why: 'A part of the monitoring system did not answer, so the counts would be too small. The next look asks again.',
    check: 'The message quotes the warning.',
    fix: 'Look at the monitoring system, which sent the warning.',
    inMessages: ['why'],
  },
  'gateway-document': {
    title: 'An OpenAPI document cannot be used',
    why: 'The document is damaged, far too large, or not OpenAPI 2 or 3, or API Gateway refused it.',
    check: 'The message says what is wrong.',
    fix: 'Correct the file that `openapi` names.',
    inMessages: ['fix'],
  },
  'preflight-failed': {
    title: 'Something that a later stage needs is missing',
    why: 'A permission, an API or a setting is missing. It was tried before anything was changed.',
    check: 'The summary lists what is missing, what needs it, and the role that has it.',
    fix: 'Paste the commands of the message, or correct what it names, then run the job again. preflight: warn goes on without it.',
  },
  'replay-invalid': {
    title: 'A recording cannot be judged',
    why: 'The file is not a recording of a watch, or parts of it are missing.',
    check: 'The message names the part of the file.',
    fix: 'docs/decide/how-it-decides.md shows the format of a recording.',
    inMessages: ['fix'],
  },
} as const satisfies ErrorEntries;
