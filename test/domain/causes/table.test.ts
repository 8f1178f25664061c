import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { explain } from '../../../src/domain/causes/explain.ts';
import { rows } from '../../../src/domain/causes/table.ts';
import { catalog } from '../../../src/domain/errors/catalog.ts';
import type { RunNames } from '../../../src/domain/errors/facts.ts';

const names: RunNames = {
  project: 'my-project',
  region: 'us-central1',
  name: 'ocr',
  member: 'serviceAccount:deployer@my-project.iam.gserviceaccount.com',
  runtimeAccount: 'ocr-run@my-project.iam.gserviceaccount.com',
  entryPoint: 'ocr',
  sourceDir: 'functions/ocr',
  memory: '256Mi',
};

describe('every row', () => {
  test.each(rows.map((row) => [row.id, row] as const))('%s explains its own example', (id, row) => {
    const cause = explain(row.example, names);
    expect(cause?.id).toBe(id);
    expect(cause?.why.length).toBeGreaterThan(20);
    expect(cause?.fix.length).toBeGreaterThan(10);
    expect(cause?.fix.endsWith(':')).toBe((cause?.commands?.length ?? 0) > 0);
  });

  test.each(rows.map((row) => [row.id, row] as const))(
    '%s: its commands are whole, and a shell can read them',
    (_id, row) => {
      for (const command of explain(row.example, names)?.commands ?? []) {
        expect(command).not.toMatch(/\n|\b(undefined|PROJECT|REGION|NAME|SECRET|ENTRY_POINT|ACCOUNT_\w+)\b/);
        expect(spawnSync('bash', ['-n', '-c', command], { encoding: 'utf8' }).stderr).toBe('');
      }
    },
  );

  test('ids are unique, and none is the code of an error: both are anchors of one page', () => {
    const ids = rows.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => Object.hasOwn(catalog, id))).toEqual([]);
  });
});

test('no repair takes anything away, and a grant goes to one member', () => {
  for (const row of rows)
    for (const command of explain(row.example, names)?.commands ?? []) {
      expect(command).not.toMatch(
        /remove-iam|set-iam-policy| delete | disable |allUsers|allAuthenticatedUsers|principalSet/,
      );
      if (/add-iam-policy-binding/.test(command)) expect(command.match(/--member=/g)).toHaveLength(1);
    }
});

test('hostile names stay one word of a command', () => {
  const hostile = '$(echo bad >&2)`echo bad >&2`;"\' | echo bad >&2 #';
  const bad: RunNames = {
    ...{ project: hostile, region: hostile, name: hostile, entryPoint: hostile, sourceDir: hostile },
    ...{ member: `serviceAccount:${hostile}`, runtimeAccount: hostile, buildAccount: hostile },
  };
  const stubs = ['gcloud', 'npx', 'npm', 'curl', 'openssl', 'timedatectl'].map((name) => `${name}() { :; }`);
  for (const { id, example } of rows)
    for (const command of explain(example, bad)?.commands ?? []) {
      const shell = spawnSync('/bin/bash', ['--norc', '-c', [...stubs, command].join('\n')], {
        encoding: 'utf8',
        env: {},
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      expect([id, shell.status, shell.stderr]).toEqual([id, 0, '']);
    }
});

test('every code and every row has an anchor in docs/reference/errors.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/reference/errors.md'), 'utf8');
  for (const code of Object.keys(catalog)) expect(page).toContain(`\n## \`${code}\`\n`);
  for (const { id } of rows) expect(page).toContain(`\n### \`${id}\`\n`);
  for (const { check, fix, why } of Object.values(catalog))
    for (const text of [check, fix, why]) expect(text.length).toBeGreaterThan(15);
});

/** Failures that the same source and settings can survive, in words of other regions, tools and stages than the examples. */
const blames = [
  ['build', 'Build failed with status: INTERNAL_ERROR', [], 'environment'],
  ['build', 'Build failed with status: FAILURE and message: x', ['npm ERR! code EAI_AGAIN'], 'environment'],
  ['build', 'Build failed with status: FAILURE and message: x', ['npm error code E503'], 'environment'],
  ['build', 'Build failed with status: FAILURE and message: x', ['npm error code E404'], 'code'],
  ['build', 'Build failed with status: FAILURE and message: tsc: an internal error', [], undefined],
  ['start', 'The service is temporarily unavailable. Try again in 30 seconds.', [], 'environment'],
  ['start', 'Quota violated: MemAllocPerProjectRegion requested: 9 allowed: 1', [], 'environment'],
  ['start', 'Memory limit of 256 MiB exceeded with 300 MiB used.', [], 'code'],
] as const;
test.each(blames)(
  'a failure of kind %s, %j %j, is blamed on the right side: %s',
  (kind, message, lines, blame) => {
    expect(explain({ kind, message, lines: [...lines] }, names)?.blame).toBe(blame);
  },
);
