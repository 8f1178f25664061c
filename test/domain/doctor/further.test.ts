import { describe, expect, test } from '@jest/globals';
import {
  askedOfProject,
  askedOfService,
  furtherActions,
  furtherRows,
  furtherSummary,
  furtherUsed,
} from '../../../src/domain/doctor/further.ts';
import { columns } from '../../../src/domain/doctor/matrix.ts';
import { actionPermissions } from '../../../src/domain/preflight/action-permissions.ts';
import type { Held } from '../../../src/domain/preflight/permission-rows.ts';
import type { CheckRow } from '../../../src/domain/preflight/row.ts';
import { newReport } from '../../../src/domain/report/report.ts';
import { doctorView } from '../../../src/domain/summary/doctor/section.ts';

const held = (permissions: readonly string[]): Held => ({ ok: true, permissions: new Set(permissions) });
const refused: Held = { ok: false, detail: 'It was refused.' };
const project = (answer: Held) => ({ resource: 'projects/p', held: answer });
const service = (answer: Held) => ({ resource: 'projects/p/locations/l/services/s', held: answer });
const stateOf = (rows: ReturnType<typeof furtherRows>, action: string) =>
  furtherSummary(rows).find((one) => one.action === action);

describe('the permissions of the actions that a release does not need', () => {
  test('every one stands in the table once for each kind of place, and names every action that needs it', () => {
    const rows = furtherRows({ project: project(held([])), rows: [] });
    const wanted = furtherActions.flatMap((action) =>
      actionPermissions[action].map(({ permission, on }) => `${action} ${permission} ${on}`),
    );
    const shown = rows.flatMap(({ permission, on, actions }) =>
      actions.map((action) => `${action} ${permission} ${on}`),
    );
    expect(shown.sort()).toEqual([...new Set(wanted)].sort());
    expect(new Set(rows.map(({ permission, on }) => `${permission} ${on}`)).size).toBe(rows.length);
    expect(furtherActions.filter((action) => (columns as readonly string[]).includes(action))).toEqual([]);
  });

  test('what the project grants holds on everything in it', () => {
    const rows = furtherRows({ project: project(held(askedOfProject)), rows: [] });
    expect(furtherSummary(rows).map(({ action, state }) => [action, state])).toEqual(
      furtherActions.map((action) => [action, 'ok']),
    );
    expect(askedOfService(held(askedOfProject))).toEqual([]);
  });

  test('what nobody could ask is not known, and not missing', () => {
    const rows = furtherRows({ project: project(refused), service: service(held([])), rows: [] });
    expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(['unknown']));
  });

  test('only a workflow names a bucket and the account of a pipeline', () => {
    const rows = furtherRows({ project: project(held([])), service: service(held([])), rows: [] });
    const unknown = rows.filter(({ state }) => state === 'unknown');
    expect(new Set(unknown.map(({ on }) => on))).toEqual(
      new Set([
        ...['bucket', 'copy of a bucket', 'model bucket'],
        ...['gateway account', 'pipeline account', 'runtime account'],
      ]),
    );
    expect(unknown.every(({ resource }) => resource === undefined)).toBe(true);
  });

  test('a service that grants it itself is enough', () => {
    const open = askedOfService(held([]));
    const others = askedOfProject.filter((one) => !open.includes(one));
    const row: CheckRow = {
      need: {
        ...{ kind: 'permission', permission: 'iam.serviceAccounts.actAs', place: 'runtime account' },
        ...{ resource: 'projects/-/serviceAccounts/r', role: 'roles/iam.serviceAccountUser' },
      },
      ...{ stage: 'Build', weight: 'stop', state: 'ok' },
    };
    const asked = { project: project(held(others)), rows: [row] };
    expect(stateOf(furtherRows({ ...asked, service: service(held(open)) }), 'capacity')?.state).toBe('ok');
    const less = furtherRows({ ...asked, service: service(held(open.slice(1))) });
    expect(stateOf(less, 'capacity')).toMatchObject({
      state: 'missing',
      text: expect.stringMatching(/^lacks 1 of \d+ permissions$/),
    });
    expect(stateOf(furtherRows(asked), 'capacity')?.state).toBe('missing');
    expect(stateOf(furtherRows({ ...asked, service: service(refused) }), 'capacity')?.state).toBe('unknown');
  });

  test.each([
    ['- uses: backstay-release/backstay/actions/slo@v1', ['slo']],
    ["uses: 'mirror/of-it/actions/drill@0123456789012345678901234567890123456789' # v1", ['drill']],
    ['uses: backstay-release/backstay@v1\nuses: actions/checkout@v5\nuses: ./actions/slo', []],
    ['uses: backstay-release/backstay/actions/guard@v1', []],
  ])('%s', (workflow, used) => {
    expect(furtherUsed(workflow)).toEqual(used);
  });

  test('the summary folds them into four columns', async () => {
    const report = newReport('doctor', { name: 'ocr' });
    const further = furtherRows({ project: project(held(['monitoring.services.get'])), rows: [] });
    report.evidence.doctor = { checks: [], matrix: [], further, used: [] };
    const section = doctorView.sections?.flatMap((part) => part(report)).join('\n') ?? '';
    expect(section).toContain('<details><summary>Permissions of further actions: ');
    expect(section).toContain('| ✗ | `monitoring.slos.list` | project | slo |');
    expect(section).toContain('| ✓ | `monitoring.services.get` | project | slo |');
    const widest = Math.max(...section.split('\n').map((line) => line.split('|').length - 2));
    expect(widest).toBe(10);
  });
});
