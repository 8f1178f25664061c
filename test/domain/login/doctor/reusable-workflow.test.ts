import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { examine } from '../../../../src/domain/login/doctor/examine.ts';
import { facts, pool } from '../../../support/login-facts.ts';

/** A run whose job belongs to a reusable workflow: `workflow_ref` names the caller, `job_workflow_ref` what it calls. */

const called = 'backstay-release/backstay/.github/workflows/release.yml@refs/tags/v1.2.0';
const everyone = [`principalSet://${pool}/*`];
const passing = (condition: string, job_workflow_ref = called) =>
  examine(facts({ condition, members: everyone, claims: { job_workflow_ref } }))
    .filter(({ rule }) => rule.startsWith('login-stranger-'))
    .map(({ rule, severity }) => `${severity} ${rule.replace('login-stranger-', '')}`)
    .sort();

const outsiders = ['fork', 'look-alike', 'look-alike-ending', 'other-owner', 'taken-over-name'];

describe('trust in a reusable workflow', () => {
  test('the workflow alone lets in every repository on GitHub that calls it', () => {
    expect(passing(`assertion.job_workflow_ref == '${called}'`)).toEqual(
      expect.arrayContaining(outsiders.map((id) => `critical ${id}`)),
    );
  });

  test("a repository's own workflow that is not called by others stays its own", () => {
    const own = 'acme/ocr/.github/workflows/release.yml@refs/heads/main';
    expect(passing(`assertion.job_workflow_ref == '${own}'`, own)).toEqual([
      'critical taken-over-name',
      'low pull-request-target',
      'low self-hosted',
    ]);
  });

  test('the owner beside it keeps outsiders out, and lets in its other repositories', () => {
    const found = passing(
      `assertion.repository_owner_id == '4211' && assertion.job_workflow_ref == '${called}'`,
    );
    expect(found.filter((line) => line.startsWith('critical'))).toEqual([]);
    expect(found).toEqual(
      expect.arrayContaining(['high other-repository', 'low other-branch', 'low pull-request']),
    );
  });

  test('a prefix of the workflow lets in a branch of it', () => {
    const prefix = 'backstay-release/backstay/.github/workflows/release.yml@';
    const condition = `assertion.repository_owner_id == '4211' && assertion.job_workflow_ref.startsWith('${prefix}')`;
    expect(passing(condition, `${prefix}refs/heads/anything`)).toContain('low pull-request');
  });

  test('other repositories do not get past a member that names the repository', () => {
    const found = examine(
      facts({
        condition: `assertion.repository_owner_id == '4211' && assertion.job_workflow_ref == '${called}'`,
        claims: { job_workflow_ref: called },
      }),
    ).filter(({ rule }) => rule === 'login-stranger-other-repository');
    expect(found.map(({ severity }) => severity)).toEqual(['low']);
  });
});

test('the page prints conditions that let in no outsider, no pull request and no other branch', () => {
  const page = readFileSync(
    join(import.meta.dirname, '../../../../docs/set-up/reusable-workflows.md'),
    'utf8',
  );
  const conditions = [...page.matchAll(/^```cel\n([\s\S]*?)^```/gm)].map(([, text = '']) =>
    text.replaceAll('OWNER_ID', '4211').trim(),
  );
  expect(conditions.length).toBeGreaterThanOrEqual(2);
  for (const condition of conditions) {
    const workflows = [...condition.matchAll(/'([^']+\.yml@[^']+)'/g)].map(([, one = '']) => one);
    // Who may release may also go back.
    expect(workflows.map((one) => /(\w+)\.yml/.exec(one)?.[1])).toEqual(['release', 'rollback']);
    for (const workflow of workflows) {
      const found = passing(condition, workflow).map((line) => line.split(' ')[1]);
      for (const id of [...outsiders, 'pull-request', 'pull-request-target', 'other-branch'])
        expect(found).not.toContain(id);
      expect(found).toContain('other-repository');
    }
  }
});
