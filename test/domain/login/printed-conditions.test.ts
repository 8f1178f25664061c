import { describe, expect, test } from '@jest/globals';
import { holds, mapClaims } from '../../../src/domain/login/doctor/cel.ts';
import { type Stranger, strangers } from '../../../src/domain/login/doctor/other-runs.ts';
import { conditionOf } from '../../../src/domain/setup/admission.ts';
import { allBlocks, pages as allPages, read } from '../../docs/pages.ts';
import { argvOf } from '../../peers/repairs/argv.ts';
import { loginCommands } from '../../peers/repairs/printed/login.ts';
import { claims, mapping } from '../../support/login-facts.ts';

/**
 * Every condition of a provider that a page or a message prints, evaluated for runs that it has to keep out. The module of
 * Terraform has its own test (test/peers/terraform), because only Terraform can put its condition together.
 */

interface Printed {
  place: string;
  condition: string;
}

/** The page of checks shows for each rule what it finds and what it passes. No reader copies these. */
const pages = allPages.filter((page) => page !== 'docs/reference/checks.md');

/** The words of a page that a reader replaces, and what the shell of a reader has set. */
const filled = (text: string) => text.replaceAll('OWNER_ID', '4211').replaceAll('REPOSITORY_ID', '770001');
const variables = `PROJECT=p NUMBER=42 REPO_ID=770001 OWNER_ID=4211 NAME=ocr
gh() { printf 770001; }
crane() { :; }
cat() { :; }
`;

/** A message reads the condition that is there. Here it admits no run, so that only what it adds is judged. */
const conditionsOf = (place: string, script: string): Printed[] =>
  argvOf(script).flatMap((words) =>
    words.flatMap((word) => {
      const [, condition] = /^--attribute-condition=([\s\S]*)$/.exec(word) ?? [];
      return condition ? [{ place, condition: condition.replace('(answer)', '(false)') }] : [];
    }),
  );

const inShell = allBlocks('sh', 'shell', 'bash')
  .filter(({ text }) => text.includes('--attribute-condition'))
  .flatMap(({ place, text }) =>
    conditionsOf(
      place,
      variables + text.replaceAll('done < repositories.txt', "done <<< 'acme/ocr'").replace(/^cd .*$/gm, ''),
    ),
  );
const inTerraform = pages.flatMap((page) =>
  [...read(page).matchAll(/^\s*attribute_condition\s*=\s*"(.+)"$/gm)].map(([, condition = '']) => ({
    place: `${page} (hcl)`,
    condition,
  })),
);
const inCel = allBlocks('cel').map(({ place, text }) => ({ place, condition: filled(text).trim() }));
const inMessages = loginCommands()
  .filter(({ command }) => command.includes('--attribute-condition'))
  .flatMap(({ from, command }) => conditionsOf(from, command));

/** What `backstay init` writes. */
const admission = { ownerId: '4211', hostedOnly: false, everyRepository: undefined };
const ocr = { repositoryId: '770001', branch: 'main', environment: undefined };
const inSetUp = [
  { place: 'init', condition: conditionOf({ ...admission, repositories: [ocr] }) },
  {
    place: 'init, an environment',
    condition: conditionOf({ ...admission, repositories: [{ ...ocr, environment: 'prod/ocr' }] }),
  },
  {
    place: 'init, every repository',
    condition: conditionOf({ ...admission, everyRepository: { branch: 'main' }, repositories: [] }),
  },
];

const workflowsIn = (condition: string) =>
  [...condition.matchAll(/'([^']+\.yml@[^']+)'/g)].map(([, workflow = '']) => workflow);

/** This run as the condition means it. */
const runFor = (condition: string) => {
  const [workflow] = workflowsIn(condition);
  // The condition of a pool for plans, whose account can only read.
  if (condition.includes("assertion.event_name == 'pull_request'"))
    return {
      ...claims,
      event_name: 'pull_request',
      ref: 'refs/pull/7/merge',
      sub: 'repo:acme/ocr:pull_request',
    };
  const environment = /assertion\.environment(?: == '|\) in \['\d+ )([^']+)'/.exec(condition)?.[1];
  return {
    ...claims,
    ...(workflow ? { job_workflow_ref: workflow } : {}),
    ...(environment ? { environment, sub: `repo:acme/ocr:environment:${environment}` } : {}),
  };
};

/** The runs that pass and are not this one. A self-hosted runner of this very branch is not one of them. */
function admitted(condition: string): Stranger['id'][] {
  const run = runFor(condition);
  return strangers(run)
    .filter(({ id }) => id !== 'self-hosted')
    .filter(({ claims: other }) => holds(condition, other, mapClaims(mapping, other)) !== 'false')
    .map(({ id }) => id);
}

/** What is for a whole organisation lets in its repositories, and says so. */
const organisation = /^docs\/(ko\/)?set-up\/reusable-workflows\.md|^init, every repository$/;

describe.each(Object.entries({ inShell, inTerraform, inCel, inMessages, inSetUp }))('%s', (_, printed) => {
  test('some are printed', () => expect(printed.length).toBeGreaterThan(0));

  test.each(printed.map((one) => [one.place, one.condition] as const))('%s', (place, condition) => {
    expect(admitted(condition)).toEqual(
      organisation.test(place) ? ['other-repository', 'look-alike-repository'] : [],
    );
  });
});

test('every condition of a page lets in the run that it is for', () => {
  for (const { place, condition } of [...inShell, ...inTerraform, ...inCel, ...inSetUp]) {
    const run = runFor(condition);
    expect([place, holds(condition, run, mapClaims(mapping, run))]).toEqual([place, 'true']);
  }
});

test('no page prints one in another way', () => {
  const seen = new Set(
    [...inShell, ...inTerraform, ...inCel].map(({ place }) => place.replace(/[: ].*/, '')),
  );
  const named = pages.filter((page) =>
    /attribute[-_]condition"?\s*=|assertion\.repository_owner_id ==/.test(
      // A summary that is shown as an example is no condition to paste.
      read(page).replace(/^```text\n[\s\S]*?^```/gm, ''),
    ),
  );
  expect(named.filter((page) => !seen.has(page))).toEqual([]);
  expect(named.length).toBeGreaterThan(3);
});

test('the sieve sees what it is for', () => {
  const ids = "assertion.repository_owner_id == '4211' && assertion.repository_id == '770001'";
  expect(admitted(ids)).toEqual(['pull-request', 'pull-request-target', 'other-branch']);
  expect(admitted(`${ids} && assertion.ref == 'refs/heads/main'`)).toEqual(['pull-request-target']);
  expect(admitted("assertion.repository == 'acme/ocr'")).toContain('taken-over-name');
});
