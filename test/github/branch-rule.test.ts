import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Environment, repositoriesOf } from '../../sandbox/github/repositories.ts';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { judgeEnvironment } from '../../src/domain/doctor/environment.ts';
import { readBranchRule } from '../../src/github/environment-rule.ts';
import { emptyProject } from '../support/empty-project.ts';
import { setupWorld } from '../support/setup-world.ts';

/** The branch rule of an environment: `init` makes it, leaves that of others alone, and the doctor reads what is there. */

const name = 'prod/ocr-api';
const byList = { protected_branches: false, custom_branch_policies: true };
const byProtection = { protected_branches: true, custom_branch_policies: false };

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
  emptyProject(sandbox);
});
beforeEach(() => {
  repository().environments.clear();
  repository().protectedBranches = [];
});
afterAll(() => sandbox.stop());

const repository = () => {
  const found = repositoriesOf(sandbox.world).repositories.get('acme/ocr');
  if (!found) throw new Error('There is no acme/ocr.');
  return found;
};

/** An environment that someone has made on GitHub. */
function made(by: Pick<Environment, 'deployment_branch_policy'> & Partial<Environment>): Environment {
  const environment: Environment = {
    ...{ id: 1, name, wait_timer: 0, prevent_self_review: false, reviewers: [], policies: [] },
    variables: new Map(),
    ...by,
  };
  repository().environments.set(name, environment);
  return environment;
}

const ruleNow = () => {
  const { deployment_branch_policy: policy, policies = [] } = repository().environments.get(name) ?? {};
  return { policy, names: policies.map((one) => one.name) };
};

/** What a set-up does about environment and branch rule, as its table shows it. */
async function setUp(takeOver = false, apply = true) {
  const world = await setupWorld(sandbox);
  const { plan, left } = await world.run({ leave: { takeOver, overwriteFiles: false }, apply });
  const about = (rows: typeof plan) =>
    rows
      .filter(({ resource: { kind } }) => kind === 'environment' || kind === 'branch')
      .map((row) => `${row.sign} ${row.resource.kind}${row.held ? ` ${row.held}` : ''}`);
  return { found: about(plan), left: left && about(left) };
}

const signal = new AbortController().signal;
const read = (token: string | undefined) =>
  readBranchRule(
    { token, apiUrl: sandbox.env.GITHUB_API_URL },
    { repository: 'acme/ocr', environment: name },
    signal,
  );

describe('init', () => {
  test('makes an environment that admits the default branch alone, and changes nothing the second time', async () => {
    expect(await setUp(false, false)).toEqual({ found: ['+ environment', '+ branch'], left: undefined });
    expect(ruleNow()).toEqual({ policy: undefined, names: [] });
    expect((await setUp()).left).toEqual(['= environment', '= branch']);
    expect(ruleNow()).toEqual({ policy: byList, names: ['main'] });
    expect((await setUp()).found).toEqual(['= environment', '= branch']);
    expect(ruleNow()).toEqual({ policy: byList, names: ['main'] });
  });

  test('adds the branch where the list of its own environment has lost it', async () => {
    await setUp();
    const environment = repository().environments.get(name);
    if (environment) environment.policies = [];
    expect((await setUp()).found).toEqual(['= environment', '+ branch']);
    expect(ruleNow().names).toEqual(['main']);
  });

  test('leaves an open environment of others as it is, until it may take over; reviewers and time stay', async () => {
    const rules = { wait_timer: 30, prevent_self_review: true, reviewers: [{ type: 'User', id: 7 }] };
    made({ deployment_branch_policy: null, ...rules });
    const first = await setUp();
    expect(first.found[0]).toBe('~ environment foreign');
    expect(ruleNow()).toEqual({ policy: null, names: [] });
    expect((await setUp(true)).left).toEqual(['= environment', '= branch']);
    expect(ruleNow()).toEqual({ policy: byList, names: ['main'] });
    expect(repository().environments.get(name)).toMatchObject(rules);
  });

  test('leaves a list of others that keeps the branch out, and adds to it if it may take over', async () => {
    made({ deployment_branch_policy: byList, policies: [{ id: 1, name: 'release/*', type: 'branch' }] });
    expect((await setUp()).found).toEqual(['= environment', '~ branch foreign']);
    expect(ruleNow().names).toEqual(['release/*']);
    expect((await setUp(true)).left).toEqual(['= environment', '= branch']);
    expect(ruleNow().names).toEqual(['release/*', 'main']);
  });

  test.each([
    ['main', '='],
    ['ma*', '='],
    ['*', '='],
    ['**/main', '='],
    ['main/*', '~'],
    ['m.in', '~'],
    ['Main', '~'],
  ])('a list of others with %s: %s', async (pattern, sign) => {
    made({ deployment_branch_policy: byList, policies: [{ id: 1, name: pattern, type: 'branch' }] });
    expect((await setUp(false, false)).found[1]?.[0]).toBe(sign);
  });

  test('a rule for tags admits no branch', async () => {
    made({ deployment_branch_policy: byList, policies: [{ id: 1, name: 'main', type: 'tag' }] });
    expect((await setUp(false, false)).found).toEqual(['= environment', '+ branch']);
  });

  test.each([
    [['main'], '='],
    [[], '~'],
  ])('an environment for protected branches, of which there are %j: %s', async (protectedBranches, sign) => {
    made({ deployment_branch_policy: byProtection });
    repository().protectedBranches = protectedBranches;
    const { found } = await setUp(false, false);
    expect(found.map((row) => row[0])).toEqual(['=', sign]);
    expect(ruleNow()).toEqual({ policy: byProtection, names: [] });
  });
});

describe('the doctor', () => {
  const judged = async () => {
    const rule = await read('a-token');
    const { state, findings } = judgeEnvironment(
      'acme/ocr',
      name,
      rule.ok ? rule.value : { kind: 'unread', why: rule.detail },
    );
    return [rule.ok ? rule.value : rule.cause, state, findings.map((finding) => finding.rule)];
  };
  const branch = (...names: string[]) =>
    names.map((one, at) => ({ id: at + 1, name: one, type: 'branch' as const }));

  test('reads what init has made', async () => {
    await setUp();
    expect(await judged()).toEqual([{ kind: 'named', names: ['main'] }, 'ok', []]);
  });

  test.each([
    ['no rule', null, [], { kind: 'every' }, 'warn'],
    ['protected branches', byProtection, [], { kind: 'protected' }, 'ok'],
    ['a list', byList, ['main', 'release/*'], { kind: 'named', names: ['main', 'release/*'] }, 'ok'],
    ['an empty list', byList, [], { kind: 'named', names: [] }, 'ok'],
    ['a list with every branch', byList, ['main', '*'], { kind: 'named', names: ['main', '*'] }, 'warn'],
    ['a list with every branch below a folder', byList, ['**/*'], { kind: 'named', names: ['**/*'] }, 'warn'],
  ] as const)('%s', async (_, policy, names, rule, state) => {
    made({ deployment_branch_policy: policy, policies: branch(...names) });
    expect(await judged()).toEqual([rule, state, state === 'ok' ? [] : ['doctor-branch-open']]);
  });

  test('a rule that is not on the first page of the list counts', async () => {
    const names = [...Array.from({ length: 60 }, (_, at) => `team-${at}/main`), '*'];
    made({ deployment_branch_policy: byList, policies: branch(...names) });
    expect(await judged()).toEqual([{ kind: 'named', names }, 'warn', ['doctor-branch-open']]);
  });

  test('without a token, or without the environment, it says that it cannot tell', async () => {
    expect(await read(undefined)).toMatchObject({ ok: false, cause: 'denied', permission: 'actions: read' });
    expect(await judged()).toEqual(['absent', 'unknown', []]);
  });
});
