import { z } from 'zod';
import { product, schemaUrl, sloSchemaFile } from '../product.ts';
import { fieldPattern } from './log-field.ts';
import { foreignTypes } from './objective.ts';
import { alertPolicies } from './other-kinds.ts';
import { apiVersion, description, dnsLabel, duration, metadata } from './schema-parts.ts';

/** The part of OpenSLO v1 (github.com/OpenSLO/OpenSLO) by which a release can be judged. */

const sourceSpec = z.strictObject({
  query: z
    .string()
    .min(1)
    .max(2000)
    .describe(
      'For Prometheus: selector of a counter, such as http_requests_total{service="$service",revision="$revision"}. For Datadog and NewRelic: a count, as in the inputs datadog_total and newrelic_total.',
    )
    .optional(),
  requests: z
    .enum(['all', 'good', 'bad', 'latency'])
    .describe(
      'For CloudRun and CloudWatch: which requests of the service count. `all` of them, the `good` or the `bad` ones, or (for a thresholdMetric) their `latency`. A request is bad if its status is 429 or at least 500.',
    )
    .optional(),
  counts: z
    .enum(['rest-api', 'http-api', 'alb', 'lambda'])
    .describe(
      'For CloudWatch: what counts the requests in AWS, as the input cloudwatch_counts says it. The same in total and bad.',
    )
    .optional(),
  dimensions: z
    .record(z.string().regex(/^[A-Za-z]{1,40}$/), z.string().min(1).max(1024))
    .describe(
      'For CloudWatch: dimensions of the counters, such as ApiId and Stage. The same in total and bad.',
    )
    .optional(),
  kind: z
    .enum(['log_field'])
    .describe(
      'For CloudRun, under bad: answers are bad by a field of the entries that the code itself logs, one for each answer, with its trace.',
    )
    .optional(),
  field: z
    .string()
    .regex(fieldPattern, 'expected a field such as jsonPayload.ocr.confidence')
    .describe('For kind: log_field, the field, such as jsonPayload.ocr.confidence.')
    .optional(),
  below: z.number().describe('For kind: log_field: a number below this is bad.').optional(),
  above: z.number().describe('For kind: log_field: a number above this is bad.').optional(),
  equals: z
    .union([z.string().max(200), z.number(), z.boolean()])
    .describe('For kind: log_field: this very value is bad.')
    .optional(),
  empty: z
    .literal(true)
    .describe('For kind: log_field: a text without a letter, or an empty list, is bad.')
    .optional(),
});

const metricSource = z
  .strictObject({
    metricSourceRef: dnsLabel
      .optional()
      .describe('Name of a DataSource. Leave it out for CloudRun, which needs none.'),
    type: z
      .enum(['CloudRun', 'Prometheus', 'CloudWatch', ...Object.values(foreignTypes)])
      .describe(
        'CloudRun uses the request logs and metrics of the service itself. Prometheus, Datadog and NewRelic use the counter in spec.query. CloudWatch uses the counters of the endpoint in spec.counts.',
      )
      .optional(),
    spec: sourceSpec,
  })
  .describe('Where the counts come from.');

const metric = z.strictObject({ metricSource });

const ratioMetric = z
  .strictObject({
    counter: z.boolean().optional().describe('Whether the metric only rises. Must be true for Prometheus.'),
    good: metric.optional(),
    bad: metric.optional(),
    total: metric.optional(),
    rawType: z.enum(['success', 'failure']).optional(),
    raw: metric.optional(),
  })
  .describe('Availability: how many of all requests are good or bad. Expected total, and good or bad.');

const thresholdMetric = metric.describe('Latency. Each objective compares it with its op and value.');

const indicator = z.strictObject({
  metadata,
  spec: z.strictObject({
    description,
    ratioMetric: ratioMetric.optional(),
    thresholdMetric: thresholdMetric.optional(),
  }),
});

const objective = z.strictObject({
  displayName: z
    .string()
    .optional()
    .describe('Name that people read in reports, such as "answers within 2 s".'),
  op: z
    .enum(['lte', 'gte', 'lt', 'gt'])
    .optional()
    .describe('How a threshold compares, for latency: lt or lte.'),
  value: z.number().positive().optional().describe('Limit in seconds, for latency.'),
  target: z.number().optional().describe('Fraction of requests that must be good, such as 0.995.'),
  targetPercent: z.number().optional().describe('The same as target, in percent, such as 99.5.'),
  timeSliceTarget: z.number().optional(),
  timeSliceWindow: z.string().optional(),
  indicator: indicator.optional(),
  indicatorRef: dnsLabel.optional(),
  compositeWeight: z.number().optional(),
});

const timeWindow = z.strictObject({
  duration: duration.describe('Length of the window, such as 30d.'),
  isRolling: z.boolean().optional().describe('Must be true: the window moves with the time.'),
  calendar: z.unknown().optional(),
});

const sloSpec = z.strictObject({
  description,
  service: z.string().min(1).describe('Name of the service.'),
  indicator: indicator.optional(),
  indicatorRef: dnsLabel.optional().describe('Name of an SLI in the same file.'),
  timeWindow: z.array(timeWindow).length(1, 'expected one window'),
  budgetingMethod: z
    .enum(['Occurrences', 'Timeslices', 'RatioTimeslices'])
    .describe('Occurrences counts bad requests. A release supports no other method.'),
  objectives: z.array(objective).min(1).max(20),
  alertPolicies,
});

export const sloDocument = z.strictObject({
  apiVersion,
  kind: z.literal('SLO').describe('A service level objective.'),
  metadata,
  spec: sloSpec,
});

export const sliDocument = z.strictObject({
  apiVersion,
  kind: z.literal('SLI').describe('An indicator that an SLO of this file refers to by its name.'),
  metadata: indicator.shape.metadata,
  spec: indicator.shape.spec,
});

export type SloDocument = z.output<typeof sloDocument>;
export type Indicator = z.output<typeof indicator>;

/** One JSON Schema for editors. It is draft-07, because SchemaStore asks for that. */
export function sloJsonSchema(): Record<string, unknown> {
  const options = { target: 'draft-7', io: 'input', unrepresentable: 'any' } as const;
  const strip = (schema: Record<string, unknown>) => {
    const { $schema: _, ...rest } = schema;
    return rest;
  };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: schemaUrl(sloSchemaFile),
    title: `${product}: objectives (OpenSLO v1)`,
    description: 'The promise to users. The watch takes a release back if it breaks this promise.',
    oneOf: [strip(z.toJSONSchema(sloDocument, options)), strip(z.toJSONSchema(sliDocument, options))],
    defaultSnippets: [
      {
        label: 'availability',
        description: 'At least 99.5 % of the requests succeed over 30 days',
        body: {
          apiVersion: 'openslo/v1',
          kind: 'SLO',
          metadata: { name: 'ocr-api' },
          spec: {
            service: 'ocr-api',
            indicator: {
              metadata: { name: 'availability' },
              spec: {
                ratioMetric: {
                  total: { metricSource: { type: 'CloudRun', spec: { requests: 'all' } } },
                  bad: { metricSource: { type: 'CloudRun', spec: { requests: 'bad' } } },
                },
              },
            },
            timeWindow: [{ duration: '30d', isRolling: true }],
            budgetingMethod: 'Occurrences',
            objectives: [{ displayName: 'requests without an error', target: 0.995 }],
          },
        },
      },
    ],
  };
}
