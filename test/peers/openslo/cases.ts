import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';

/** Files of OpenSLO: valid ones, and each of them with one thing changed, at every place. */

type Tree = null | boolean | number | string | Tree[] | { [key: string]: Tree };

const example = parseAllDocuments(
  readFileSync(join(import.meta.dirname, '../../../examples/backstay.slo.yaml'), 'utf8'),
)[0]?.toJS() as Tree;

const prometheus = (query: string): Tree => ({
  metricSource: { type: 'Prometheus', metricSourceRef: 'mine', spec: { query } },
});

const counters: Tree = [
  {
    apiVersion: 'openslo/v1',
    kind: 'DataSource',
    metadata: { name: 'mine', labels: { team: ['a', 'b'] }, annotations: { 'example.com/a': 'x' } },
    spec: { type: 'Prometheus', connectionDetails: { url: 'http://prometheus:9090' } },
  },
  {
    apiVersion: 'openslo/v1',
    kind: 'SLI',
    metadata: { name: 'ok' },
    spec: {
      description: 'Requests',
      ratioMetric: {
        counter: true,
        good: prometheus('requests{revision="$revision",code!~"5.."}'),
        total: prometheus('requests{revision="$revision"}'),
      },
    },
  },
  {
    apiVersion: 'openslo/v1',
    kind: 'SLO',
    metadata: { name: 'by-reference', displayName: 'By reference' },
    spec: {
      service: 'ocr-api',
      indicatorRef: 'ok',
      timeWindow: [{ duration: '4w', isRolling: true }],
      budgetingMethod: 'Occurrences',
      objectives: [{ displayName: 'good', target: 0.99 }],
      alertPolicies: [
        { alertPolicyRef: 'wake-up' },
        {
          kind: 'AlertPolicy',
          metadata: { name: 'written-out' },
          spec: {
            alertWhenBreaching: true,
            conditions: [
              {
                kind: 'AlertCondition',
                metadata: { name: 'burn' },
                spec: {
                  severity: 'page',
                  condition: {
                    kind: 'burnrate',
                    op: 'lte',
                    threshold: 2,
                    lookbackWindow: '1h',
                    alertAfter: '5m',
                  },
                },
              },
            ],
            notificationTargets: [{ targetRef: 'on-call' }],
          },
        },
      ],
    },
  },
  {
    apiVersion: 'openslo/v1',
    kind: 'AlertNotificationTarget',
    metadata: { name: 'on-call' },
    spec: { target: 'mail' },
  },
  { apiVersion: 'openslo/v1', kind: 'Service', metadata: { name: 'ocr-api' }, spec: { description: 'OCR' } },
];

/** What stands instead of a value. `undefined` takes the key away. */
const changes: readonly (Tree | undefined)[] = [
  ...[
    undefined,
    null,
    '',
    'x',
    'UPPER',
    'with space',
    'a'.repeat(64),
    5,
    -1,
    0,
    0.5,
    1,
    99,
    100,
    true,
    false,
    [],
    {},
  ],
  ...[
    ['x', 5],
    [{}],
    { a: 'b' },
    '1ms',
    '30d',
    '1M',
    '2Q',
    '1Y',
    '1.5h',
    '1h30m',
    '0d',
    'd',
    'lte',
    'openslo/v2',
  ],
];

function* places(
  tree: Tree,
  path: readonly (string | number)[] = [],
): Generator<readonly (string | number)[]> {
  if (path.length > 0) yield path;
  if (Array.isArray(tree)) for (const [at, item] of tree.entries()) yield* places(item, [...path, at]);
  else if (typeof tree === 'object' && tree !== null)
    for (const key of Object.keys(tree)) yield* places(tree[key] as Tree, [...path, key]);
}

function changed(tree: Tree, [step, ...rest]: readonly (string | number)[], to: Tree | undefined): Tree {
  if (Array.isArray(tree))
    return tree.flatMap((item, at) =>
      at !== step ? [item] : rest.length > 0 ? [changed(item, rest, to)] : to === undefined ? [] : [to],
    );
  const copy = { ...(tree as { [key: string]: Tree }) };
  const key = String(step);
  if (rest.length > 0) copy[key] = changed(copy[key] as Tree, rest, to);
  else if (to === undefined) delete copy[key];
  else copy[key] = to;
  return copy;
}

/** Keys that are added: those of OpenSLO in places where they do and do not belong, and unknown ones. */
const additions: readonly [where: readonly (string | number)[], key: string, value: Tree][] = [
  [['spec'], 'alertPolicies', null],
  [['spec'], 'alertPolicies', []],
  [['spec'], 'alertPolicies', ['x', 5]],
  [['spec'], 'alertPolicies', [{ alertPolicyRef: 'a' }]],
  [['spec'], 'alertPolicies', [{ alertPolicyRef: 'A b' }]],
  [['spec'], 'alertPolicies', [{ kind: 'AlertPolicy', metadata: { name: 'a' } }]],
  [['spec'], 'indicatorRef', 'other'],
  [['spec'], 'indicator', { metadata: { name: 'i' }, spec: {} }],
  [['spec'], 'nothing', 1],
  [['spec', 'objectives', 0], 'target', 0.9],
  [['spec', 'objectives', 0], 'op', 'lte'],
  [['spec', 'objectives', 0], 'value', 1],
  [['spec', 'objectives', 0], 'indicatorRef', 'other'],
  [['spec', 'objectives', 0], 'compositeWeight', 0],
  [['spec', 'objectives', 0], 'compositeWeight', 1],
  [['spec', 'objectives', 0], 'timeSliceWindow', '1m'],
  [['spec', 'timeWindow', 0], 'calendar', { startTime: '2026-01-01 00:00:00', timeZone: 'UTC' }],
  [['spec', 'objectives', 0, 'indicator', 'spec'], 'thresholdMetric', prometheus('x')],
  [['spec', 'objectives', 0, 'indicator', 'spec', 'ratioMetric'], 'good', prometheus('x')],
  [['spec', 'objectives', 0, 'indicator', 'spec', 'ratioMetric'], 'raw', prometheus('x')],
  [['spec', 'objectives', 0, 'indicator', 'spec', 'ratioMetric'], 'rawType', 'success'],
  [['metadata'], 'labels', { 'bad key': 'x' }],
  [['metadata'], 'labels', { team: 5 }],
  [['metadata'], 'annotations', { 'a/b/c': 'x' }],
  [['metadata'], 'annotations', { 'example.com/a': 'x' }],
];

const asText = (documents: readonly Tree[]) => documents.map((one) => stringify(one)).join('---\n');

export interface Case {
  name: string;
  text: string;
}

export function cases(): Case[] {
  const list: Case[] = [
    { name: 'the example', text: asText([example]) },
    { name: 'counters', text: asText(counters as Tree[]) },
    { name: 'counters as a list', text: stringify(counters) },
    { name: 'the example as a list', text: stringify([example]) },
    { name: 'an empty list', text: '[]\n' },
    { name: 'a list in a list', text: stringify([[example]]) },
  ];
  for (const path of places(example))
    for (const to of changes)
      list.push({
        name: `example ${path.join('.')} = ${JSON.stringify(to)}`,
        text: asText([changed(example, path, to)]),
      });
  for (const path of places(counters)) {
    if (path.length < 2) continue;
    for (const to of changes)
      list.push({
        name: `counters ${path.join('.')} = ${JSON.stringify(to)}`,
        text: asText(changed(counters, path, to) as Tree[]),
      });
  }
  for (const [where, key, value] of additions)
    list.push({
      name: `example ${where.join('.')} + ${key}: ${JSON.stringify(value)}`,
      text: asText([changed(example, [...where, key], value)]),
    });
  return list;
}
