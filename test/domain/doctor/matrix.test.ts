import { expect, test } from '@jest/globals';
import { ableOf, columns, matrixOf } from '../../../src/domain/doctor/matrix.ts';
import { permissionChecks } from '../../../src/domain/preflight/permissions.ts';
import type { CheckRow } from '../../../src/domain/preflight/row.ts';
import { stagesOf } from '../../../src/domain/preflight/stages.ts';

const rows = (missing: readonly string[] = []): CheckRow[] =>
  permissionChecks.map(({ permission, on, stage, role, weight }) => ({
    need: { kind: 'permission', permission, place: on, resource: `r/${on}`, role },
    stage,
    weight,
    state: missing.includes(permission) ? 'missing' : 'ok',
  }));

test('a row for each permission and place, and a release needs all but what only a doctor looks at', () => {
  const matrix = matrixOf(rows());
  const places = new Set(permissionChecks.map(({ permission, on }) => `${permission} ${on}`));
  expect(matrix.length).toBe(places.size);
  const others = matrix.filter(({ actions }) => !actions.includes('release'));
  expect(others.filter(({ actions, weight }) => actions.join() !== 'doctor' || weight !== 'warn')).toEqual(
    [],
  );
});

test.each(['deploy', 'rollback'] as const)(
  '%s needs what its preflight tries, and nothing else',
  (action) => {
    const stages: readonly string[] = stagesOf[action];
    const wanted = permissionChecks
      .filter(({ stage }) => stages.includes(stage))
      .map(({ permission, on }) => `${permission} r/${on}`);
    const got = matrixOf(rows())
      .filter(({ actions }) => actions.includes(action))
      .map(({ permission, resource }) => `${permission} ${resource}`);
    expect(new Set(got)).toEqual(new Set(wanted));
  },
);

test('what is missing stops the actions that need it', () => {
  expect(ableOf(matrixOf(rows())).able).toEqual([...columns]);
  expect(ableOf(matrixOf(rows(['cloudfunctions.functions.update']))).lacking).toEqual(['release', 'deploy']);
  expect(ableOf(matrixOf(rows(['run.services.update']))).lacking).toEqual(['release', 'deploy', 'rollback']);
});
