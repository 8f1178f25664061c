import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { beliefIds } from '../../../src/domain/conformance/catalog.ts';
import { disguise } from '../../../src/domain/conformance/disguise.ts';
import { ofLabels, ofTitle, removable } from '../../../src/domain/conformance/names.ts';
import { documentOf, headline, markdownOf } from '../../../src/domain/conformance/report.ts';
import { exitCodeOf, type Outcome, type Settled } from '../../../src/domain/conformance/result.ts';
import { loginWorkflow } from '../../../src/domain/conformance/workflow.ts';

const open = (belief: Settled['belief']): Settled => ({
  ...{ belief, verdict: 'not settled', seen: {}, evidence: [], why: 'It was late.' },
});
const outcome = (change: Partial<Outcome> = {}): Outcome => ({
  ...{ run: 'abc123', project: 'PROJECT', region: 'us-central1', startedAt: '2026-11-30T03:00:00.000Z' },
  ...{
    seconds: 700,
    against: 'google',
    settled: beliefIds.map(open),
    probes: [],
    removed: 6,
    left: [],
    answers: 90,
  },
  ...change,
});
const wrong: Settled = {
  ...{ belief: 'tagHostIsAudience', verdict: 'contradicted', seen: { status: 401 } },
  evidence: [
    {
      at: '2026-11-30T03:01:00.000Z',
      call: 'GET https://x',
      status: 401,
      answer: '</details> ``` ::set-env::',
    },
  ],
};

describe('the exit code', () => {
  const failure = { probe: 'calls', seconds: 1, failure: 'no' } as const;
  test.each<[string, Partial<Outcome>, number]>([
    ['nothing is contradicted', {}, 0],
    ['something is contradicted', { settled: [wrong] }, 1],
    ['something is contradicted and a part failed', { settled: [wrong], probes: [failure] }, 1],
    ['a part failed', { probes: [failure] }, 2],
    ['something is left', { left: [{ name: 'x', why: 'no' }] }, 2],
  ])('%s', (_, change, code) => {
    expect(exitCodeOf(outcome(change))).toBe(code);
  });
});

describe('the report', () => {
  test('says first what is contradicted, with the switch and what changes for users', () => {
    const text = markdownOf(outcome({ settled: [wrong, ...beliefIds.slice(0, 3).map(open)] }));
    expect(text.indexOf('## Contradicted')).toBeLessThan(text.indexOf('## Holds'));
    expect(text).toContain('--quirk tagHostIsAudience=false');
    expect(text).toContain('**What changes for users.** Nothing: the actions request tokens');
  });

  test('evidence of others stays inside its block', () => {
    const text = markdownOf(outcome({ settled: [wrong] }));
    const block = text.slice(text.indexOf('<details>'));
    expect(block.match(/<\/details>/g)?.length).toBe(2);
    expect(block).toContain('````text');
  });

  test('names what is left, with the command, and the parts that failed', () => {
    const change = {
      left: [{ name: 'projects/PROJECT/x', why: '403 denied' }],
      probes: [{ probe: 'calls' as const, seconds: 3, failure: 'It took longer than its 180 s.' }],
    };
    const text = markdownOf(outcome(change));
    expect(text).toContain('conformance --clean-up --project PROJECT --region us-central1 --yes');
    expect(text).toContain('It took longer than its 180 s.');
    expect(headline(outcome(change))).toContain(
      '1 part of the run failed. Throw-away resources left behind: 1.',
    );
  });

  test('beliefs that the run was not asked about are counted apart', () => {
    const settled = [open('detachTakesLabel'), { ...open('tagHostIsAudience'), leftOut: true as const }];
    expect(headline(outcome({ settled }))).toBe(
      'Nothing is contradicted. Beliefs that hold: 0; not settled: 1; left out: 1.',
    );
    expect(markdownOf(outcome({ settled }))).toContain('This run was not asked about `tagHostIsAudience`.');
  });

  test('as data it has every belief with its statement', () => {
    const { settled, schema } = documentOf(outcome());
    expect(schema).toBe('backstay/conformance/v1');
    expect(settled.map(({ id }) => id)).toEqual(beliefIds);
    for (const { statement, otherwise } of settled) expect(statement && otherwise).toBeTruthy();
  });
});

test('the printed workflow is YAML with the one permission that it needs', () => {
  const { jobs, permissions } = parse(loginWorkflow('my-project', 'us-central1'));
  expect(permissions).toEqual({});
  expect(jobs.login.permissions).toEqual({ 'id-token': 'write' });
  expect(jobs.login.steps[1].run).toContain('conformance --only login --project my-project');
  expect(jobs.login.steps[1].env.PROVIDER).toContain('vars.WORKLOAD_IDENTITY_PROVIDER');
});

test('names of project and people are replaced, in keys and in values, names of the run are not', () => {
  const names = { project: 'my-shop', number: '123456789012', member: 'user:jane@example.com' };
  const given = { 'my-shop': ['bs-conf-abc123-fn in projects/123456789012, my--shop, by jane@example.com'] };
  expect(disguise(given, names)).toEqual({
    PROJECT: ['bs-conf-abc123-fn in projects/NUMBER, PROJECT, by YOU'],
  });
});

describe('whose a resource is', () => {
  const label = { 'backstay-conformance': 'abc123', 'backstay-conformance-expires': '100' };
  test.each<[Record<string, string>, unknown]>([
    [label, { run: 'abc123', expires: 100 }],
    [{ 'backstay-conformance': 'abc123' }, { run: 'abc123', expires: 0 }],
    [{ 'backstay-conformance': 'Something else' }, undefined],
    [{}, undefined],
  ])('labels %j', (labels, found) => {
    expect(ofLabels(labels)).toEqual(found);
  });

  test.each<[string, string, unknown]>([
    ['bs-conf-abc123-run@p.iam', 'backstay conformance abc123 expires 100', { run: 'abc123', expires: 100 }],
    ['bs-conf-abc124-run@p.iam', 'backstay conformance abc123 expires 100', undefined],
    ['bs-conf-abc123-run@p.iam', 'other conformance abc123 expires 100', undefined],
    ['bs-conf-abc123-run@p.iam', '', undefined],
  ])('account %s titled %j', (email, title, found) => {
    expect(ofTitle(email, title)).toEqual(found);
  });

  test.each<[string, number, string[], boolean, boolean]>([
    ['of this journal', 2000, ['abc123'], false, true],
    ['of another run that goes on', 2000, [], false, false],
    ['of another run that has expired', 900, [], false, true],
    ['of another run, and everything was asked for', 2000, [], true, true],
  ])('%s', (_, expires, journal, all, taken) => {
    const found = { kind: 'service' as const, name: 'x', run: 'abc123', expires };
    expect(removable(found, new Set(journal), 1_000_000, all)).toBe(taken);
  });
});
