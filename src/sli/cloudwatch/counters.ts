import type { Objective } from '../../domain/slo/objective.ts';

/** What CloudWatch counts of the requests to one kind of endpoint, by the pages of its maker. */
export interface Family {
  /** In words, for messages. */
  title: string;
  namespace: string;
  /** Dimensions that must be given. */
  required: readonly string[];
  /** Dimensions that may be given. CloudWatch keeps a counter for certain sets of dimensions only. */
  optional: readonly string[];
  /** The counter of all requests. */
  total: string;
  /** Counters whose sum is the bad requests, by the dimensions that were given. */
  bad(dimensions: ReadonlySet<string>): readonly string[];
  /** The counter of failed requests that the counter of all requests leaves out. */
  refused?: string;
  /** The counter of 4xx. Absent if the family does not know them. */
  client?: string;
}

export const families = {
  /** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html */
  'rest-api': {
    title: 'a REST API of API Gateway',
    namespace: 'AWS/ApiGateway',
    required: ['ApiName'],
    optional: ['Stage', 'Resource', 'Method'],
    total: 'Count',
    bad: () => ['5XXError'],
    client: '4XXError',
  },
  /** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html */
  'http-api': {
    title: 'an HTTP API of API Gateway',
    namespace: 'AWS/ApiGateway',
    required: ['ApiId'],
    optional: ['Stage', 'Resource', 'Method'],
    total: 'Count',
    bad: () => ['5xx'],
    client: '4xx',
  },
  /**
   * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html. RequestCount has the
   * requests for which a target was chosen. If that target does not answer, the load balancer itself answers 502 or 504, and counts
   * that for itself only. Its other errors never reached a target and are not in RequestCount.
   */
  alb: {
    title: 'an Application Load Balancer',
    namespace: 'AWS/ApplicationELB',
    required: ['LoadBalancer'],
    optional: ['TargetGroup', 'AvailabilityZone'],
    total: 'RequestCount',
    bad: (dimensions) =>
      dimensions.has('TargetGroup')
        ? ['HTTPCode_Target_5XX_Count']
        : ['HTTPCode_Target_5XX_Count', 'HTTPCode_ELB_502_Count', 'HTTPCode_ELB_504_Count'],
    client: 'HTTPCode_Target_4XX_Count',
  },
  /** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html. An invocation counts at the time at which it began. */
  lambda: {
    title: 'a Lambda function or its alias',
    namespace: 'AWS/Lambda',
    required: ['FunctionName'],
    optional: ['Resource', 'ExecutedVersion'],
    total: 'Invocations',
    bad: () => ['Errors'],
    // "Throttled requests and other invocation errors don't count as either Invocations or Errors." To the caller they failed.
    refused: 'Throttles',
  },
} as const satisfies Record<string, Family>;

export type FamilyName = keyof typeof families;
export const familyNames = Object.keys(families) as FamilyName[];
export const familyOf = (name: FamilyName): Family => families[name];

/** One metric, as GetMetricData names it. */
export interface Metric {
  namespace: string;
  name: string;
  dimensions: Readonly<Record<string, string>>;
}

/** The metrics of one objective. */
export interface Counters {
  total: Metric;
  bad: readonly Metric[];
  /** Counts failed requests that are not in `total`. */
  refused?: Metric | undefined;
}

/** Every metric of an objective, in the order in which `pointsOf` takes their points apart. */
export const metricsOf = ({ total, bad, refused }: Counters): Metric[] => [
  total,
  ...bad,
  ...(refused ? [refused] : []),
];

/** The points of all requests, then those of each counter of bad ones. */
export function pointsOf<P>({ bad, refused }: Counters, points: readonly P[][]): P[][] {
  const [total = [], ...rest] = points.slice(0, 1 + bad.length);
  const lost = refused ? (points[1 + bad.length] ?? []) : [];
  return [[...total, ...lost], ...rest, lost];
}

export interface Selection {
  family: FamilyName;
  dimensions: Readonly<Record<string, string>>;
}

/** What counts the requests of each objective that says so in the SLO file, by its id. */
export const selectionsOf = (objectives: readonly Objective[]): Map<string, Selection> =>
  new Map(
    objectives.flatMap(({ id, cloudwatch }) => {
      const family = familyNames.find((name) => name === cloudwatch?.counts);
      return cloudwatch && family ? [[id, { family, dimensions: cloudwatch.dimensions }] as const] : [];
    }),
  );

export function countersOf({ family, dimensions }: Selection, clientErrors = false): Counters {
  const { namespace, total, client, bad, refused } = familyOf(family);
  const metric = (name: string): Metric => ({ namespace, name, dimensions });
  const parts = bad(new Set(Object.keys(dimensions)));
  return {
    total: metric(total),
    bad: [...parts, ...(clientErrors && client ? [client] : [])].map(metric),
    refused: refused === undefined ? undefined : metric(refused),
  };
}

/** `AWS/ApiGateway Count {ApiName=ocr, Stage=prod}` */
export const metricText = ({ namespace, name, dimensions }: Metric): string =>
  `${namespace} ${name} {${Object.entries(dimensions)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ')}}`;

/** What is wrong with a selection, as clauses. */
export function selectionProblems({ family, dimensions }: Selection): string[] {
  const { required, optional, title } = familyOf(family);
  const known = [...required, ...optional];
  const given = Object.keys(dimensions);
  const missing = required.filter((name) => !given.includes(name));
  const unknown = given.filter((name) => !known.includes(name));
  return [
    ...missing.map((name) => `expected ${name}, which names ${title}`),
    ...unknown.map((name) => `${name} is no dimension of ${title}; expected ${known.join(', ')}`),
  ];
}
