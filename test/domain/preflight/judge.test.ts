import { describe, expect, test } from '@jest/globals';
import { commandBlock } from '../../../src/domain/preflight/commands.ts';
import { judgePlan, judgePreflight } from '../../../src/domain/preflight/judge.ts';
import {
  apiRows,
  neededPermissions,
  permissionRows,
  type TestedPlaces,
  weighCounts,
} from '../../../src/domain/preflight/permission-rows.ts';
import type { CheckRow, Need, PreflightTarget } from '../../../src/domain/preflight/row.ts';
import { needText, remedyText } from '../../../src/domain/preflight/text.ts';
import type { PreflightUse } from '../../../src/domain/preflight/use.ts';

const target: PreflightTarget = {
  project: 'acme-prod',
  region: 'europe-west1',
  name: 'ocr',
  member: 'serviceAccount:deployer@acme-prod.iam.gserviceaccount.com',
};
const all: PreflightUse = {
  stages: new Set(['State', 'Guard', 'Traffic', 'Build', 'Smoke test', 'Watch', 'Roll back']),
  counts: 'auto',
  blindPromotes: false,
  smoke: true,
  probes: false,
  invoker: undefined,
  hosted: undefined,
  asked: {},
  ingress: undefined,
  runtimeAccount: undefined,
  buildAccount: undefined,
  newRegion: false,
  kind: undefined,
};

const places = (held: readonly string[], own: readonly string[] = []): TestedPlaces =>
  new Map([
    ['project', { resource: 'projects/acme-prod', held: { ok: true as const, permissions: new Set(held) } }],
    [
      'function',
      {
        resource: 'projects/acme-prod/locations/r/functions/ocr',
        held: { ok: true as const, permissions: new Set(own) },
      },
    ],
    ['service', { resource: 'projects/acme-prod/locations/r/services/ocr' }],
  ]);

const stateOf = (rows: readonly CheckRow[], permission: string) =>
  rows.find(({ need }) => need.kind === 'permission' && need.permission === permission)?.state;

describe('permissions', () => {
  test('what the project or the resource itself grants is held', () => {
    const held = places(['run.services.get'], ['cloudfunctions.functions.get']);
    const rows = permissionRows(all, false, held);
    expect(stateOf(rows, 'run.services.get')).toBe('ok');
    expect(stateOf(rows, 'cloudfunctions.functions.get')).toBe('ok');
    expect(stateOf(rows, 'run.services.update')).toBe('missing');
  });

  test('an answer that could not be read proves nothing', () => {
    const unread = { ok: false as const, detail: 'answered 503' };
    const rows = permissionRows(
      all,
      false,
      new Map([...places([]), ['project', { resource: 'projects/acme-prod', held: unread }]]),
    );
    for (const { state, weight } of rows) expect([weight, state]).toEqual([weight, 'unknown']);
    expect(judgePreflight(rows, target, 'stop').verdict).toBe('pass');
    expect(judgePreflight(rows, target, 'stop').findings.map(({ rule }) => rule)).toEqual([
      'preflight-unchecked',
    ]);
  });

  test('a new function needs create and not update', () => {
    const names = (isNew: boolean) => neededPermissions(all, isNew).map(({ permission }) => permission);
    expect(names(true)).toContain('cloudfunctions.functions.create');
    expect(names(true)).not.toContain('cloudfunctions.functions.update');
    expect(names(false)).toContain('cloudfunctions.functions.update');
    expect(names(false)).not.toContain('cloudfunctions.functions.create');
  });

  test('an account that does not exist is missing', () => {
    const gone = new Map(places([]));
    gone.set('runtime account', {
      resource: 'projects/-/serviceAccounts/x@y.iam.gserviceaccount.com',
      held: { ok: false, detail: '404', absent: true },
    } as never);
    const row = permissionRows(all, false, gone).find(({ need }) => need.kind === 'account');
    expect(row).toMatchObject({ state: 'missing', weight: 'stop' });
  });
});

describe('a model', () => {
  const rowsFor = (model: PreflightUse['model'], apart: readonly string[], held: readonly string[] = []) => {
    const use: PreflightUse = { ...all, stages: new Set(['Model']), model };
    const permissions = { ok: true as const, permissions: new Set(apart) };
    const where = new Map(places(held));
    where.set('model project', { resource: 'projects/acme-models', held: permissions });
    where.set('model bucket', { resource: 'projects/_/buckets/acme-ocr', held: permissions });
    return permissionRows(use, false, where).map(({ need, state, weight }) =>
      need.kind === 'permission' ? [need.permission, need.place, state, weight] : [],
    );
  };
  const [get, list, update] = ['get', 'list', 'update'].map((verb) => `aiplatform.models.${verb}`) as [
    string,
    string,
    string,
  ];
  const other = { at: 'vertex', project: 'acme-models', follows: true } as const;
  test.each([
    ['what this project grants says nothing about another one', other, [get], [get, list, update]],
    ['the other project grants it all', other, [get, list, update], []],
  ] as const)('%s', (_, model, apart, held) => {
    const state = (permission: string) => (apart.includes(permission as never) ? 'ok' : 'missing');
    expect(rowsFor(model, apart, held)).toEqual(
      [get, list, update].map((one) => [one, 'model project', state(one), 'stop']),
    );
  });
  test('without an alias only the version is read', () => {
    expect(rowsFor({ at: 'vertex', project: undefined, follows: false }, [], [get])).toEqual([
      [get, 'project', 'ok', 'stop'],
    ]);
  });
  test.each([
    [true, 'storage.objects.list'],
    [false, 'storage.objects.get'],
  ])(
    'a bucket, folder %s: only %s, and a bucket that does not grant it itself warns',
    (folder, permission) => {
      const model = { at: 'storage', bucket: 'acme-ocr', folder, follows: false } as const;
      expect(rowsFor(model, [], [permission])).toEqual([[permission, 'model bucket', 'missing', 'warn']]);
      expect(rowsFor(model, [permission])).toEqual([[permission, 'model bucket', 'ok', 'warn']]);
    },
  );
  test('what is missing elsewhere is granted there', () => {
    const need = (place: 'model project' | 'model bucket', resource: string): CheckRow => ({
      need: { kind: 'permission', permission: get, place, resource, role: 'roles/x.reader' },
      ...{ stage: 'Model', weight: 'stop', state: 'missing' },
    });
    const rows = [
      need('model project', 'projects/acme-models'),
      need('model bucket', 'projects/_/buckets/acme-ocr'),
    ];
    const rest = `--member=${target.member} --role=roles/x.reader --condition=None`;
    expect(commandBlock(rows, target)).toEqual([
      `gcloud projects add-iam-policy-binding acme-models ${rest}`,
      `gcloud storage buckets add-iam-policy-binding gs://acme-ocr ${rest}`,
    ]);
    expect(judgePreflight(rows, target, 'stop').reason).toContain(
      `the permission ${get} on the model project acme-models (model)`,
    );
  });
});

test('an API that two stages need has one row', () => {
  const use: PreflightUse = {
    ...{ ...all, stages: new Set(['Build', 'Model']), kind: 'run-function' },
    model: { at: 'storage', bucket: 'b', folder: false, follows: false },
  };
  const rows = apiRows(use, new Set(['storage.googleapis.com'])).filter(({ state }) => state === 'missing');
  expect(rows.map(({ stage }) => stage)).toEqual(['Build']);
});

describe('counts', () => {
  const logs = 'logging.logEntries.list';
  const metrics = 'monitoring.timeSeries.list';
  const descriptors = 'monitoring.metricDescriptors.get';
  const weights = (held: string[], use: Partial<PreflightUse>) => {
    const asked = { ...all, ...use };
    const rows = weighCounts(permissionRows(asked, false, places([descriptors, ...held])), asked);
    return rows
      .filter(({ need }) => need.kind === 'permission' && [logs, metrics].includes(need.permission))
      .filter(({ state }) => state === 'missing')
      .map(({ weight }) => weight);
  };
  test.each([
    ['auto without logs warns', 'auto', [metrics], ['warn']],
    ['auto without metrics loses nothing', 'auto', [logs], ['note']],
    ['auto without both stops', 'auto', [], ['stop', 'stop']],
    ['logs without logs stops', 'logs', [metrics], ['stop']],
    ['metrics without metrics stops', 'metrics', [logs], ['stop']],
    ['another source needs neither', undefined, [], []],
  ] as const)('%s', (_, counts, held, expected) => {
    expect(weights([...held], { counts })).toEqual(expected);
  });
  test('a watch that promotes without counts is never stopped', () => {
    expect(weights([], { counts: 'logs', blindPromotes: true })).toEqual(['warn']);
  });
  test('an API that is off counts like a missing permission', () => {
    const off = new Set(['logging.googleapis.com', 'monitoring.googleapis.com']);
    const rows = weighCounts(apiRows(all, off), all).filter(({ state }) => state === 'missing');
    expect(rows.map(({ weight }) => weight)).toEqual(['stop', 'stop']);
  });
});

describe('the list', () => {
  const permission = (name: string, place: 'project' | 'runtime account', role: string): CheckRow => ({
    need: {
      kind: 'permission',
      permission: name,
      place,
      resource:
        place === 'project'
          ? 'projects/acme-prod'
          : 'projects/-/serviceAccounts/run@acme-prod.iam.gserviceaccount.com',
      role,
    },
    stage: 'Build',
    weight: 'stop',
    state: 'missing',
  });
  const rows: CheckRow[] = [
    permission('cloudfunctions.functions.create', 'project', 'roles/cloudfunctions.developer'),
    permission('cloudfunctions.operations.get', 'project', 'roles/cloudfunctions.developer'),
    permission('iam.serviceAccounts.actAs', 'runtime account', 'roles/iam.serviceAccountUser'),
    {
      need: { kind: 'api', service: 'run.googleapis.com' },
      stage: 'State',
      weight: 'stop',
      state: 'missing',
    },
  ];

  test('one finding with every item, and each command once', () => {
    const { verdict, reason, findings } = judgePreflight(rows, target, 'stop');
    expect(verdict).toBe('fail');
    expect(reason).toContain('4 things');
    for (const [index, { need }] of rows.entries())
      expect(reason).toContain(`(${index + 1}) ${needText(need, target)}`);
    expect(findings.map(({ rule }) => rule)).toEqual(['preflight-missing']);
    const member = '--member=serviceAccount:deployer@acme-prod.iam.gserviceaccount.com';
    expect(findings[0]?.commands).toEqual([
      'gcloud services enable run.googleapis.com --project=acme-prod',
      `gcloud projects add-iam-policy-binding acme-prod ${member} --role=roles/cloudfunctions.developer --condition=None`,
      `gcloud iam service-accounts add-iam-policy-binding run@acme-prod.iam.gserviceaccount.com --project=acme-prod ${member} --role=roles/iam.serviceAccountUser --condition=None`,
    ]);
  });

  test('preflight: warn says the same and goes on', () => {
    const { verdict, warnings } = judgePreflight(rows, target, 'warn');
    expect(verdict).toBe('inconclusive');
    expect(warnings[0]).toContain('4 things');
  });

  test('an identity that is not known gets roles and no command with a placeholder', () => {
    const { findings } = judgePreflight(rows, { ...target, member: undefined }, 'stop');
    expect(findings[0]?.fix).toContain('roles/cloudfunctions.developer, roles/iam.serviceAccountUser');
    expect(findings[0]?.commands).toEqual(['gcloud services enable run.googleapis.com --project=acme-prod']);
  });

  const needs: Need[] = [
    { kind: 'token', account: undefined },
    { kind: 'token', account: 'a@b', remedy: { fix: 'Grant it:', commands: ['x'] } },
    { kind: 'invoke', account: 'a@b', service: undefined },
    { kind: 'ingress', ingress: 'ALLOW_INTERNAL_ONLY', hosted: true },
    { kind: 'ingress', ingress: 'ALLOW_INTERNAL_AND_GCLB', hosted: false },
    { kind: 'ingress', ingress: 'ALLOW_INTERNAL_ONLY', hosted: false, proved: true },
    { kind: 'elsewhere', regions: ['us-central1'] },
    { kind: 'project' },
    { kind: 'account', place: 'build account', account: 'a@b' },
    { kind: 'size', problem: { problem: 'memory_too_small', memory: '512', meant: '512Mi' } },
    { kind: 'size', problem: { problem: 'memory_too_large', memory: '64Gi' } },
    { kind: 'size', problem: { problem: 'cpu_unknown', cpu: '3' } },
    { kind: 'size', problem: { problem: 'cpu_below_one', cpu: '0.5', concurrency: 8, derived: false } },
    { kind: 'size', problem: { problem: 'cpu_below_one', cpu: '0.333', concurrency: 8, derived: true } },
    { kind: 'size', problem: { problem: 'memory_needs_cpu', memory: '8Gi', cpu: '1', least: 2 } },
    { kind: 'size', problem: { problem: 'cpu_needs_memory', memory: '1Gi', cpu: '4', least: '2Gi' } },
    { kind: 'size', problem: { problem: 'min_above_max', min: 2, max: 1 } },
  ];
  test.each(needs.map((need) => [JSON.stringify(need), need] as const))(
    '%s has words and a remedy',
    (_, need) => {
      expect(needText(need, target)).not.toMatch(/undefined|\[object/);
      expect(remedyText(need)).toMatch(/[.:]$/);
      expect(remedyText(need)).not.toMatch(/undefined|\[object/);
    },
  );
});

describe('a plan', () => {
  const reader: PreflightTarget = {
    ...target,
    member: 'serviceAccount:reader@acme-prod.iam.gserviceaccount.com',
  };
  const reading = neededPermissions(all, undefined)
    .map(({ permission }) => permission)
    .filter((permission) => /\.(get|list)\w*$/.test(permission));
  const rowsOf = (held: readonly string[]) => permissionRows(all, false, places(held, held));

  test('by an account that can only read has nothing to grant, and says who it was', () => {
    for (const mode of ['stop', 'warn'] as const) {
      const judged = judgePlan(rowsOf(reading), reader, mode);
      expect(judged.findings.map(({ rule }) => rule)).toEqual(['preflight-reads-only']);
      expect(judged.findings[0]?.title).toContain('reader@acme-prod');
      expect(judged.findings.flatMap(({ commands = [] }) => commands)).toEqual([]);
      expect([judged.verdict, judged.warnings]).toEqual(['pass', []]);
    }
  });

  test('needs nothing that only a build reads', () => {
    const ofBuild = neededPermissions(all, undefined).filter(({ stage }) => stage === 'Build');
    const held = reading.filter((one) => !ofBuild.some(({ permission }) => permission === one));
    expect(held.length).toBeLessThan(reading.length);
    const judged = judgePlan(rowsOf(held), reader, 'stop');
    expect([judged.verdict, judged.findings.map(({ rule }) => rule)]).toEqual([
      'pass',
      ['preflight-reads-only'],
    ]);
  });

  test('by an account that can read too little names what to read is missing', () => {
    const held = reading.filter((permission) => permission !== 'resourcemanager.projects.getIamPolicy');
    const [missing] = judgePlan(rowsOf(held), reader, 'warn').findings;
    expect(missing?.rule).toBe('preflight-missing');
    expect(missing?.commands?.join()).toContain('roles/browser');
    expect(missing?.commands?.join()).not.toContain('developer');
  });

  test('by an account that may change something is that of a deploy, and its lacks count', () => {
    const rows = rowsOf([...reading, 'run.services.update']);
    expect(judgePlan(rows, target, 'stop')).toEqual(judgePreflight(rows, target, 'stop'));
  });
});
