import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, describe as group, test } from '@jest/globals';
import { parse } from 'yaml';
import { permissionChecks } from '../../../src/domain/preflight/permissions.ts';
import { desired } from '../../../src/domain/setup/desired.ts';
import { fieldsOf } from '../../../src/domain/setup/fields.ts';
import { githubHost, parseRemote, parseRepositories } from '../../../src/domain/setup/github-host.ts';
import { accountId, type Part } from '../../../src/domain/setup/names.ts';
import { absent, type Observed } from '../../../src/domain/setup/observed.ts';
import { planOf, toWrite } from '../../../src/domain/setup/plan.ts';
import { gcloudLines } from '../../../src/domain/setup/print/gcloud.ts';
import { yamlText } from '../../../src/domain/setup/print/yaml.ts';
import { keyOf, type Resource } from '../../../src/domain/setup/resource.ts';
import {
  alertsRole,
  closerRole,
  deployerRole,
  gatewayRole,
  modelAliasRole,
  modelFilesRole,
  modelRole,
  readerRole,
  rollbackRole,
} from '../../../src/domain/setup/roles.ts';
import { neededServices } from '../../../src/domain/setup/services.ts';
import { type Right, rights } from '../../../src/domain/setup/wish.ts';
import { setupFiles } from '../../../src/domain/setup/workflow-files.ts';
import { everyBucket, fileFacts, setupWish } from '../../support/setup-wish.ts';

const root = join(import.meta.dirname, '../../..');
const nothing = () => absent;
const leave = { takeOver: false, overwriteFiles: false };

group('what has to be there', () => {
  test('has every key once, and everything that a resource needs before it', () => {
    const resources = desired(setupWish());
    const keys = resources.map(keyOf);
    expect(new Set(keys).size).toBe(keys.length);
    const kinds = resources.map(({ kind }) => kind);
    for (const [first, then] of [
      ['api', 'pool'],
      ['pool', 'provider'],
      ['role', 'grant'],
      ['account', 'grant'],
      ['environment', 'branch'],
      ['branch', 'variable'],
    ] as const)
      expect(kinds.lastIndexOf(first)).toBeLessThan(kinds.indexOf(then));
  });

  test('the APIs are those of the set-up page and of the Terraform module', () => {
    const main = readFileSync(join(root, 'terraform/main.tf'), 'utf8');
    const listed = /for_each = toset\(\[([\s\S]*?)\]\)/.exec(main)?.[1]?.match(/\w+\.googleapis\.com/g) ?? [];
    expect(neededServices('function')).toEqual(listed.toSorted());
  });

  test.each(['function', 'run-function', 'run-image'] as const)(
    '%s: the roles hold every permission of the table of its actions, and no other',
    (target) => {
      const held = new Set(
        [
          ...[deployerRole(target), readerRole, rollbackRole, closerRole, gatewayRole],
          ...[modelRole, modelAliasRole, modelFilesRole],
        ].flatMap(({ permissions }) => permissions),
      );
      const known = permissionChecks
        .filter(
          (check) => !('of' in check) || check.of === target || (check.of === 'run' && target !== 'function'),
        )
        .map(({ permission }) => permission as string)
        .filter((permission) => permission !== 'iam.serviceAccounts.actAs');
      for (const permission of known) expect([permission, held.has(permission)]).toEqual([permission, true]);
      const table = new Set(permissionChecks.map(({ permission }) => permission as string));
      expect([...held].filter((permission) => !table.has(permission))).toEqual([]);
    },
  );

  test('no role but the deployer can deploy, and no role but the closer can change who calls', () => {
    for (const { permissions } of [readerRole, rollbackRole])
      expect(
        permissions.filter((one) => /create|functions\.update|sourceCodeSet|setIamPolicy|delete/.test(one)),
      ).toEqual([]);
    expect(readerRole.permissions.filter((one) => /update|Set$/.test(one))).toEqual([]);
    expect(deployerRole('function').permissions).not.toContain('run.services.setIamPolicy');
  });

  test('what keeps alerts is granted to the deployer alone, and only if it is asked for', () => {
    const grants = (may: readonly Right[]) =>
      desired(setupWish({ may })).filter(
        (one) => one.kind === 'grant' && one.role.endsWith(`/${alertsRole.id}`),
      );
    expect(grants([])).toEqual([]);
    expect(grants(['alert'])).toEqual([
      expect.objectContaining({
        on: expect.objectContaining({ what: 'project' }),
        member: expect.stringContaining('deployer'),
      }),
    ]);
  });

  const granted = (may: readonly Right[]) =>
    desired(setupWish({ may, buckets: everyBucket })).flatMap((one) =>
      one.kind === 'grant' && one.wanted
        ? [`${one.member.replace(/@.*/, '')} ${one.role.split('/').at(-1)} ${one.on.what} ${one.on.name}`]
        : [],
    );
  const only = (right: Right) => granted([right]).filter((one) => !granted([]).includes(one));
  const own = 'serviceAccount:ocr-api';

  test.each<[Right, string[]]>([
    [
      'measure',
      [
        `${own}-deployer backstayCapacity project my-project`,
        `${own}-deployer backstayImages project my-project`,
      ],
    ],
    [
      'release models',
      [
        `${own}-deployer backstayModels project my-project`,
        `${own}-deployer backstayModelAlias project my-project`,
        `${own}-rollback backstayModelAlias project my-project`,
      ],
    ],
    [
      'read model files',
      [`${own}-deployer backstayModelFiles bucket models`, `${own}-runtime backstayModelFiles bucket models`],
    ],
    [
      'run pipelines',
      [
        `${own}-deployer backstayPipelines project my-project`,
        `${own}-deployer iam.serviceAccountUser account ocr-api-pipeline@my-project.iam.gserviceaccount.com`,
        `${own}-pipeline aiplatform.user project my-project`,
        `${own}-pipeline storage.objectUser bucket pipelines`,
      ],
    ],
    [
      'drill',
      [
        'principalSet: workloadIdentityUser account ocr-api-drill',
        `${own}-drill backstayRegions project my-project`,
        `${own}-drill backstayDrill bucket input`,
        `${own}-drill backstayDrill bucket models`,
        `${own}-drill backstayDrillCopy bucket models-copy`,
      ],
    ],
    ['see the posture', [`${own}-reader backstayPosture project my-project`]],
    [
      'go in through gateways',
      [
        `${own}-deployer backstayFrontDoor project my-project`,
        `${own}-reader backstayFrontDoor project my-project`,
      ],
    ],
  ])('%s is granted to the account that needs it, on what it is about', (right, wanted) => {
    const found = only(right).map((one) =>
      one.replace(/^principalSet:\S+ iam\.(\w+) account (\S+)@.*/, 'principalSet: $1 account $2'),
    );
    expect(found).toEqual(wanted);
  });

  test('once there is a service, a measurement may delete revisions of this one alone', () => {
    const [target] = setupWish().targets;
    if (!target) throw new Error('no target');
    const service = { ...target.service, exists: true };
    const grants = desired(setupWish({ may: ['measure'], targets: [{ ...target, service }] })).flatMap(
      (one) =>
        one.kind === 'grant' && one.role.endsWith('/backstayCapacity') ? [[one.on.what, one.wanted]] : [],
    );
    expect(grants).toEqual([
      ['service', true],
      ['project', false],
    ]);
  });

  test('only the account of the drill may delete objects, and only in its buckets', () => {
    const all = desired(setupWish({ may: rights, buckets: everyBucket }));
    const deletes = all.flatMap((one) =>
      one.kind === 'role' && one.permissions.includes('storage.objects.delete') ? [one.name] : [],
    );
    const grants = all.flatMap((one) =>
      one.kind === 'grant' && deletes.includes(one.role) ? [`${one.on.what} ${one.member}`] : [],
    );
    expect(new Set(grants)).toEqual(new Set([`bucket ${own}-drill@my-project.iam.gserviceaccount.com`]));
  });

  test('what releases gateways is there only if it is asked for, and only the deployer may act as the account of the gateway', () => {
    const about = (may: readonly Right[]) =>
      desired(setupWish({ may })).filter((one) => /gateway/i.test(JSON.stringify(one)));
    expect(about([])).toEqual([]);
    const gateway = 'ocr-api-gateway@my-project.iam.gserviceaccount.com';
    const grants = about(['release gateways']).flatMap((one) =>
      one.kind === 'grant' && one.wanted ? [`${one.member} ${one.role} ${one.on.name}`] : [],
    );
    expect(grants).toEqual([
      `serviceAccount:ocr-api-deployer@my-project.iam.gserviceaccount.com projects/my-project/roles/${gatewayRole.id} my-project`,
      `serviceAccount:ocr-api-deployer@my-project.iam.gserviceaccount.com roles/iam.serviceAccountUser ${gateway}`,
      `serviceAccount:${gateway} roles/run.invoker my-project`,
    ]);
    // The name that the example of the action reads.
    expect(about(['release gateways'])).toContainEqual(
      expect.objectContaining({ kind: 'variable', name: 'GATEWAY_SERVICE_ACCOUNT', value: gateway }),
    );
    expect(about(['release gateways'])).toContainEqual({ kind: 'api', service: 'apigateway.googleapis.com' });
  });

  test.each(['a', 'ocr_api', 'a-function-with-a-name-of-more-than-thirty-letters', `x${'-'.repeat(30)}y`])(
    'the account ids of %s are valid, and differ',
    (name) => {
      const parts = ['deployer', 'invoker', 'reader', 'rollback', 'runtime', 'gateway', 'drill', 'pipeline'];
      const ids = parts.map((part) => accountId(name, part as Part));
      for (const id of ids) expect(id).toMatch(/^[a-z](?:[a-z0-9-]{4,28}[a-z0-9])$/);
      expect(new Set(ids).size).toBe(parts.length);
    },
  );

  test('two functions whose long names differ at the end have accounts of their own', () => {
    const name = 'a-function-with-a-name-of-more-than-thirty-letters';
    expect(accountId(`${name}-one`, 'deployer')).not.toBe(accountId(`${name}-two`, 'deployer'));
  });
});

group('the plan', () => {
  const resources = desired(setupWish());
  const first = (kind: Resource['kind']) => resources.find((one) => one.kind === kind) as Resource;
  const plan = (kind: Resource['kind'], observed: Observed, more = {}) =>
    planOf(resources, (one) => (one === first(kind) ? observed : absent), { ...leave, ...more });
  const rowOf = (kind: Resource['kind'], observed: Observed, more = {}) =>
    plan(kind, observed, more).find(({ resource }) => resource.kind === kind);

  test.each([
    ['api', { state: 'present', ours: true, fields: { state: 'on' } }, '=', undefined],
    ['pool', { state: 'present', ours: false, fields: { state: 'on' } }, '=', undefined],
    ['pool', { state: 'present', ours: true, deleted: true, fields: { state: 'on' } }, '~', undefined],
    // Providers of a deleted pool come back with it, so somebody has to look at them first.
    ['pool', { state: 'present', ours: false, deleted: true, fields: { state: 'on' } }, '~', 'foreign'],
    ['provider', { state: 'present', ours: false, fields: {} }, '~', 'foreign'],
    ['role', { state: 'present', ours: true, fields: { permissions: 'a.b.c' } }, '~', undefined],
    ['account', { state: 'present', ours: false, fields: { state: 'on' } }, '~', 'foreign'],
    ['account', { state: 'present', ours: true, fields: { state: 'disabled' } }, '~', undefined],
    ['branch', { state: 'present', ours: false, fields: { allowed: 'no' } }, '~', 'foreign'],
    ['variable', { state: 'present', ours: false, fields: { value: 'x' } }, '~', 'foreign'],
    ['pool', { state: 'unreadable', permission: 'a.b.get', detail: '' }, '!', undefined],
  ] as const)('%s %j is %s, held: %s', (kind, observed, sign, held) => {
    const row = rowOf(kind, observed as Observed);
    expect([row?.sign, row?.held]).toEqual([sign, held]);
    const taken = rowOf(kind, observed as Observed, { takeOver: true });
    expect(taken?.held).toBeUndefined();
  });

  test('uploaded keys of a server that Google cannot reach stay, those of github.com go', () => {
    const changesOf = (issuer: string) => {
      const wanted = desired(setupWish({ issuer }));
      const provider = wanted.find(({ kind }) => kind === 'provider') as Resource;
      const live = { ...fieldsOf(provider), 'uploaded keys': 'present' };
      const [row] = planOf([provider], () => ({ state: 'present', ours: true, fields: live }), leave);
      return row?.changes.map(({ field }) => field);
    };
    expect(changesOf('https://token.actions.githubusercontent.com')).toEqual(['uploaded keys']);
    expect(changesOf('https://github.example.com/_services/token')).toEqual([]);
  });

  test('what needs something that is not written waits, and nothing else does', () => {
    const rows = plan('account', { state: 'present', ours: false, fields: { state: 'on' } });
    const email = (first('account') as { email: string }).email;
    const waiting = rows
      .filter(({ held }) => held === 'after')
      .map(({ resource }) => JSON.stringify(resource));
    expect(waiting.length).toBeGreaterThan(2);
    for (const text of waiting) expect(text).toContain(email);
    expect(
      toWrite(rows).some(({ resource }) => JSON.stringify(resource).includes(`serviceAccount:${email}`)),
    ).toBe(false);
  });

  test('the printed commands never make a key, and name the project', () => {
    const lines = gcloudLines(toWrite(planOf(resources, nothing, leave)), 'my-project');
    expect(lines.join('\n')).not.toMatch(/keys create|allUsers|allAuthenticated/);
    for (const line of lines.filter((text) => text.startsWith('gcloud ')))
      expect(line).toContain('my-project');
    expect(lines.length).toBeGreaterThan(20);
  });

  test('YAML holds every row with its fields', () => {
    const rows = planOf(resources, nothing, leave);
    const { resources: read } = parse(yamlText(rows));
    expect(read).toHaveLength(rows.length);
    expect(read.find(({ kind }: { kind: string }) => kind === 'provider')).toMatchObject({
      ...{
        action: 'create',
        condition: expect.stringContaining('repository_owner_id'),
        issuer: expect.any(String),
      },
      mapping: { 'attribute.repository_id': 'assertion.repository_id' },
    });
  });
});

test('the files hold what the user named, and no value can break out of its line', () => {
  const files = setupFiles(fileFacts);
  const [release, rollback, suite] = files.map(({ content }) => parse(content));
  expect(release.on.push.branches).toEqual(["a'b: c, d]"]);
  expect(release.jobs.release.with).toEqual({
    ...{ name: 'ocr-api', region: 'europe-west1', environment: 'prod/eu, a}' },
    ...{ entry_point: 'ocr', runtime: 'nodejs24', source_dir: "x\n  evil: 'yes'" },
  });
  expect(rollback.jobs.rollback.with).toMatchObject({
    service_account: 'r@p.x',
    to: expect.stringMatching(/inputs\.to/),
  });
  expect(suite.cases).toEqual([
    { name: 'receipt.png', image: 'test/receipt.png', expect: { contains: 'TOTAL: 12' } },
  ]);
});

group('a GitHub', () => {
  test.each([
    ['git@github.com:acme/ocr.git', 'github.com', 'acme/ocr'],
    ['https://github.com/acme/ocr', 'github.com', 'acme/ocr'],
    ['https://user@github.com/acme/ocr.git/', 'github.com', 'acme/ocr'],
    ['ssh://git@github.example.com:2222/acme/o.cr.git', 'github.example.com', 'acme/o.cr'],
    ['https://github.example.com:8443/acme/ocr.git', 'github.example.com:8443', 'acme/ocr'],
    ['ssh://git@ssh.github.com:443/acme/ocr.git', 'github.com', 'acme/ocr'],
  ])('%s', (address, host, repository) => {
    expect(parseRemote(address)).toEqual({ host, repository });
  });

  test.each(['/srv/git/ocr.git', 'https://github.com/acme', 'acme/ocr', 'git@work:acme/ocr.git', ''])(
    '"%s" is no repository of one',
    (address) => {
      expect(parseRemote(address)).toBeUndefined();
    },
  );

  test('has its API and its issuer where GitHub says', () => {
    expect(githubHost('acme.ghe.com')).toMatchObject({
      ...{ api: 'https://api.acme.ghe.com', issuer: 'https://token.actions.acme.ghe.com' },
    });
    expect(githubHost('github.example.com')).toMatchObject({
      ...{ api: 'https://github.example.com/api/v3', issuer: 'https://github.example.com/_services/token' },
    });
  });

  test('a list of repositories names each wrong line', () => {
    expect(parseRepositories('# ours\nacme/ocr ocr-api\n\nacme/bills bills prod-eu # new\n')).toEqual({
      problems: [],
      listed: [
        { repository: 'acme/ocr', name: 'ocr-api', environment: undefined },
        { repository: 'acme/bills', name: 'bills', environment: 'prod-eu' },
      ],
    });
    expect(parseRepositories('acme\nacme/ocr\nacme/ocr -x\na/b c d e').problems).toHaveLength(4);
    expect(parseRepositories('').problems).toHaveLength(1);
  });
});
