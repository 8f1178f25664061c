import { expect, test } from '@jest/globals';
import { checkMask, checkMessage } from '../../sandbox/core/proto.ts';
import { extraFields } from '../../sandbox/core/proto-extra.ts';
import { ApiError } from '../../sandbox/core/types.ts';

const fn = 'google.cloud.functions.v2.Function';
const service = 'google.cloud.run.v2.Service';

function refusal(run: () => unknown): ApiError {
  try {
    run();
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('names in both spellings, enums as names or numbers, and numbers as strings all get one form', () => {
  expect(
    checkMessage('functions', fn, {
      service_config: {
        ingressSettings: 1,
        timeout_seconds: '60',
        environmentVariables: { A: 'b' },
        allTrafficOnLatestRevision: false,
      },
      labels: {},
      stateMessages: null,
    }),
  ).toEqual({
    serviceConfig: {
      ingressSettings: 'ALLOW_ALL',
      timeoutSeconds: 60,
      environmentVariables: { A: 'b' },
      allTrafficOnLatestRevision: false,
    },
    labels: {},
  });
});

test('the error lists all unknown names and values with their places', () => {
  const error = refusal(() =>
    checkMessage(
      'functions',
      fn,
      { nope: 1, serviceConfig: { ingressSettings: 'OPEN', maxInstanceCount: 'many', other: {} } },
      { at: 'function' },
    ),
  );
  expect([error.status, error.statusName]).toEqual([400, 'INVALID_ARGUMENT']);
  expect(error.message.split('\n')).toEqual([
    'Invalid JSON payload received. Unknown name "nope" at \'function\': Cannot find field.',
    `Invalid value at 'function.service_config.ingress_settings' (type.googleapis.com/${fn.replace('Function', 'ServiceConfig')}.IngressSettings), "OPEN"`,
    'Invalid value at \'function.service_config.max_instance_count\' (TYPE_INT32), "many"',
    'Invalid JSON payload received. Unknown name "other" at \'function.service_config\': Cannot find field.',
  ]);
  expect(error.details).toMatchObject([
    { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{}, {}, {}, {}] },
  ]);
});

test.each([
  ['a prototype name', { constructor: {} }],
  ['a list for a message', { template: [] }],
  ['a number for text', { etag: 1 }],
  ['text for a flag', { invokerIamDisabled: 'true' }],
  ['an unknown name in a list', { traffic: [{ percentage: 1 }] }],
])('Cloud Run refuses %s', (_, body) => {
  expect(refusal(() => checkMessage('run', service, body)).status).toBe(400);
});

test('fields that only the server writes can be dropped', () => {
  const body = { uri: 'x', traffic: [{ type: 2, revision: 'a', percent: 100 }] };
  expect(checkMessage('run', service, body, { dropOutputOnly: true })).toEqual({
    traffic: [{ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', revision: 'a', percent: 100 }],
  });
});

test('fields that Google accepts although the proto lacks them are accepted, each with a source', () => {
  const body = {
    serviceConfig: {
      directVpcNetworkInterface: [{ network: 'n' }],
      directVpcEgress: 'VPC_EGRESS_ALL_TRAFFIC',
    },
  };
  expect(checkMessage('functions', fn, body)).toEqual(body);
  expect(checkMask('functions', fn, 'service_config.direct_vpc_egress')).toEqual([
    ['serviceConfig', 'directVpcEgress'],
  ]);
  for (const { source } of extraFields) expect(source.length).toBeGreaterThan(10);
});

test('masks accept both spellings and keys of maps, drop empty paths and refuse unknown ones', () => {
  expect(checkMask('run', service, 'traffic,annotations,,template.scaling.max_instance_count')).toEqual([
    ['traffic'],
    ['annotations'],
    ['template', 'scaling', 'maxInstanceCount'],
  ]);
  expect(checkMask('run', service, 'annotations.a_b')).toEqual([['annotations', 'a_b']]);
  expect(checkMask('run', service, '*')).toEqual([['*']]);
  expect(checkMask('run', service, undefined)).toEqual([]);
  expect(refusal(() => checkMask('run', service, 'traffic.nope')).message).toContain("'traffic.nope'");
});
